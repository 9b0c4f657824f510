"""The demo company of docs: Lumen Market, its portfolio and ten weeks of its history, told through the verbs."""
