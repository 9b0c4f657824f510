import pytest

from roadmap.products.models import Product
from tests.makers import Cast
from tests.roadmap.makers import make_product
from tests.tracker.portfolio import Portfolio, make_portfolio


@pytest.fixture
def product(cast: Cast) -> Product:
    return make_product(cast)


@pytest.fixture
def web(cast: Cast) -> Portfolio:
    return make_portfolio(cast)
