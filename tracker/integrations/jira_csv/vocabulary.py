"""The tracker's words in the languages its exports come in: names of columns, words for statuses and types.

Compared as `plain(text)`: case, accents and spacing do not matter. A new language is a few more words here.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping
from typing import Final, Literal, TypeVar, get_args

Stage = Literal["proposed", "planned", "running", "launched", "dropped"]
STAGES: Final[tuple[Stage, ...]] = get_args(Stage)

Field = Literal[
    "summary",
    "key",
    "issue_id",
    "issue_type",
    "status",
    "status_category",
    "project_key",
    "project_name",
    "project_lead",
    "parent_key",
    "parent",
    "parent_summary",
    "epic_link",
    "epic_name",
    "fix_versions",
    "labels",
    "components",
    "assignee",
    "reporter",
    "created",
    "updated",
    "start",
    "due",
    "resolved",
    "resolution",
    "original_estimate",
    "remaining",
    "time_spent",
    "total_estimate",
    "total_remaining",
    "rank",
]
FIELDS: Final[tuple[Field, ...]] = get_args(Field)

_SPACES: Final = re.compile(r"[\s_]+")
_Name = TypeVar("_Name", bound=str)


def plain(text: str) -> str:
    """Case, accents and spacing taken away: «Categoría  de Estado» becomes "categoria de estado"."""
    lowered = text.casefold()
    if not lowered.isascii():
        parts = unicodedata.normalize("NFKD", lowered)
        lowered = "".join(c for c in parts if not unicodedata.combining(c) and unicodedata.category(c) != "Cf")
    return _SPACES.sub(" ", lowered).strip(" :*")


def _by_word(groups: Mapping[_Name, str]) -> dict[str, _Name]:
    return {plain(word): name for name, words in groups.items() for word in words.split("|")}


def _set_of(words: str) -> frozenset[str]:
    return frozenset(plain(word) for word in words.split("|"))


# Order inside a group: English, Spanish, German, French, Russian, Portuguese, Italian.
COLUMN_WORDS: Final[dict[str, Field]] = _by_word(
    {
        "summary": "Summary|Resumen|Zusammenfassung|Résumé|Тема|Сводка|Резюме|Название|Краткое описание"
        "|Resumo|Riepilogo|Samenvatting|Podsumowanie",
        "key": "Issue key|Work item key|Key|Clave de incidencia|Clave|Vorgangsschlüssel|Schlüssel|Clé de ticket"
        "|Clé de demande|Clé|Код задачи|Ключ задачи|Ключ запроса|Код запроса|Ключ|Код|Chave da ocorrência"
        "|Chave do item|Chave do ticket|Chave da pendência|Chave|Chiave ticket|Chiave segnalazione|Chiave",
        "issue_id": "Issue id|Work item id|ID de la incidencia|Vorgangs-ID|ID de ticket|ID de demande|ID задачи"
        "|ID запроса|Идентификатор задачи|ID da ocorrência|ID do item|ID do ticket|ID ticket|ID segnalazione",
        "issue_type": "Issue Type|Work type|Type|Tipo de Incidencia|Tipo|Vorgangstyp|Typ|Type de ticket"
        "|Type de demande|Тип задачи|Тип запроса|Тип|Tipo de item|Tipo de ocorrência|Tipo de ticket|Tipo do ticket"
        "|Tipo de pendência|Tipo ticket|Tipo segnalazione|Tipo di ticket",
        "status": "Status|Estado|État|Statut|Статус|Состояние|Situação|Stato",
        "status_category": "Status Category|Categoría de estado|Statuskategorie|Catégorie d'état"
        "|Catégorie de statut|Catégorie d'états|Категория статуса|Категория состояния|Categoria do status"
        "|Categoria de status|Categoria dello stato|Categoria di stato|Categoria stato",
        "project_key": "Project key|Space key|Clave del proyecto|Clave de proyecto|Projektschlüssel|Clé de projet"
        "|Clé du projet|Код проекта|Ключ проекта|Chave do projeto|Chiave progetto|Chiave del progetto",
        "project_name": "Project name|Space name|Project|Nombre del proyecto|Proyecto|Projektname|Projekt"
        "|Nom du projet|Nom de projet|Projet|Название проекта|Имя проекта|Проект|Nome do projeto|Projeto"
        "|Nome progetto|Nome del progetto|Progetto",
        "project_lead": "Project lead|Space lead|Responsable del proyecto|Projektleiter|Projektleitung"
        "|Responsable du projet|Responsable de projet|Chef de projet|Руководитель проекта|Líder do projeto"
        "|Responsável pelo projeto|Responsabile progetto|Responsabile del progetto",
        "parent_key": "Parent key|Clave principal|Clave del elemento principal|Clave padre|Übergeordneter Schlüssel"
        "|Schlüssel des übergeordneten Elements|Schlüssel des übergeordneten Vorgangs|Clé parent|Clé parente"
        "|Clé du parent|Ключ родителя|Родительский ключ|Код родителя|Код родительской задачи"
        "|Ключ родительской задачи|Chave pai|Chave principal|Chave do pai|Chiave padre|Chiave principale"
        "|Chiave elemento padre",
        "parent": "Parent|Parent id|Principal|Padre|ID principal|ID padre|Übergeordnet|Übergeordnetes Element"
        "|Übergeordneter Vorgang|Übergeordnete ID|ID parent|Élément parent|Родитель|Родительская задача"
        "|ID родителя|Pai|ID do pai|ID pai|Principale|Elemento padre|ID principale",
        "parent_summary": "Parent summary|Resumen principal|Resumen del elemento principal"
        "|Übergeordnete Zusammenfassung|Résumé du parent|Résumé parent|Резюме родителя|Тема родителя"
        "|Resumo principal|Resumo do pai|Riepilogo padre|Riepilogo principale",
        "epic_link": "Epic Link|Enlace de épica|Enlace a la épica|Enlace de Epic|Vínculo de épica|Vínculo con epic"
        "|Epic-Verknüpfung|Epic-Link|Epos-Verknüpfung|Lien d'epic|Lien epic|Lien vers l'epic|Lien d'épopée"
        "|Lien de l'épopée|Ссылка на эпик|Эпик|Link do épico|Link de épico|Link épico|Link do epic"
        "|Link epic|Collegamento epic|Collegamento all'epica|Link all'epica",
        "epic_name": "Epic Name|Nombre de la épica|Nombre de épica|Nombre de Epic|Epic-Name|Eposname|Nom d'epic"
        "|Nom de l'epic|Nom de l'épopée|Nom d'épopée|Название эпика|Имя эпика|Nome do épico|Nome do epic"
        "|Nome epic|Nome dell'epica|Nome epica",
        "fix_versions": "Fix Version/s|Fix Version(s)|Fix versions|Fix version|Versión de corrección"
        "|Versiones de corrección|Versión(es) corregida(s)|Versiones corregidas|Versión correctora"
        "|Versiones correctoras|Lösungsversion(en)|Lösungsversionen|Lösungsversion|Version(s) corrigée(s)"
        "|Versions corrigées|Version corrigée|Version de correction|Versions de correction|Исправить в версиях"
        "|Исправить в версии|Версии исправления|Версия исправления|Исправлено в версиях|Версия с исправлением"
        "|Versões corrigidas|Versão corrigida|Versão de correção|Versões de correção|Correção nas versões"
        "|Versione/i di risoluzione|Versioni di correzione|Versione di correzione|Versioni corrette",
        "labels": "Labels|Label|Etiquetas|Etiqueta|Stichwörter|Stichworte|Étiquettes|Étiquette|Libellés|Метки|Метка"
        "|Rótulos|Marcadores|Etichette|Etichetta",
        "components": "Components|Component/s|Component|Componentes|Componente(s)|Componente|Komponenten"
        "|Komponente(n)|Komponente|Composants|Composant(s)|Composant|Компоненты|Компонент(ы)|Компонент"
        "|Componenti|Componente/i",
        "assignee": "Assignee|Persona asignada|Asignado a|Responsable|Zugewiesene Person|Bearbeiter"
        "|Zugewiesen an|Personne assignée|Attribution|Attribué à|Исполнитель|Ответственный|Назначено"
        "|Responsável|Assegnatario|Assegnato a",
        "reporter": "Reporter|Informador|Autor|Meldende Person|Rapporteur|Докладчик|Автор|Relator|Segnalante|Relatore",
        "created": "Created|Creada|Creado|Erstellt|Création|Créée|Créé|Создано|Создан|Создана|Дата создания"
        "|Criado|Criada|Data de criação|Creato|Creata|Data creazione|Creazione",
        "updated": "Updated|Actualizada|Actualizado|Aktualisiert|Mise à jour|Mis à jour|Обновлено|Обновлен"
        "|Дата обновления|Atualizado|Atualizada|Atualizado(a)|Aggiornato|Aggiornata|Data aggiornamento",
        "start": "Start date|Fecha de inicio|Startdatum|Date de début|Date de démarrage|Дата начала"
        "|Data de início|Data de inicio|Data di inizio|Data inizio|Target start|Planned start",
        "due": "Due date|Due|Fecha de vencimiento|Fälligkeitsdatum|Fällig am|Fällig|Date d'échéance|Échéance"
        "|Срок исполнения|Срок выполнения|Срок|Дата исполнения|Крайний срок|Data limite|Data de vencimento|Prazo"
        "|Data de entrega|Data di scadenza|Data scadenza|Scadenza",
        "resolved": "Resolved|Resuelta|Resuelto|Erledigt|Gelöst|Résolue|Résolu|Дата решения|Решено|Разрешено"
        "|Дата резолюции|Resolvido|Resolvida|Risolto|Risolta|Data risoluzione",
        "resolution": "Resolution|Resolución|Lösung|Résolution|Решение|Резолюция|Resolução|Risoluzione|Soluzione",
        "original_estimate": "Original estimate|Estimación original|Ursprüngliche Schätzung|Estimation originale"
        "|Estimation initiale|Первоначальная оценка|Исходная оценка|Estimativa original|Stima originale",
        "remaining": "Remaining Estimate|Trabajo restante estimado|Estimación restante|Tiempo restante"
        "|Verbleibende Schätzung|Restschätzung|Estimation restante|Temps restant|Оставшееся время"
        "|Оставшаяся оценка|Estimativa restante|Estimativa de trabalho restante|Stima rimanente|Stima restante",
        "time_spent": "Time Spent|Tiempo Trabajado|Tiempo empleado|Zeitaufwand|Aufgewendete Zeit|Temps passé"
        "|Temps consacré|Затраченное время|Затрачено времени|Tempo gasto|Tempo impiegato|Tempo trascorso",
        "total_estimate": "Σ Original Estimate|Σ Estimación original|Σ Ursprüngliche Schätzung"
        "|Σ Estimation originale|Σ Estimation initiale|Σ Первоначальная оценка|Σ Исходная оценка"
        "|Σ Estimativa original|Σ Stima originale",
        "total_remaining": "Σ Remaining Estimate|Σ Trabajo restante estimado|Σ Verbleibende Schätzung"
        "|Σ Estimation restante|Σ Temps restant|Σ Оставшееся время|Σ Оставшаяся оценка|Σ Estimativa restante"
        "|Σ Estimativa de trabalho restante|Σ Stima rimanente|Σ Stima restante",
        "rank": "Rank|Rango|Rang|Ранг|Classement|Classificação|Classifica",
    }
)

CUSTOM_COLUMN: Final = re.compile(
    r"^(?:custom field|campo personalizado|campo personalizzato|benutzerdefiniertes feld|champs? personnalises?"
    r"|пользовательское поле|настраиваемое поле|aangepast veld|pole niestandardowe) \((.+)\)$"
)
# Anybody can name a custom field "Status"; only these names mean in a custom field what they say.
CUSTOM_FIELDS: Final[frozenset[Field]] = frozenset({"rank", "epic_link", "epic_name", "start", "parent_key"})

EPIC_TYPES: Final = _set_of(
    "Epic|Epics|Épica|Epica|Epos|Épopée|Эпик|Эпос|Épico|Epico|Epopea|Initiative|Iniciativa|Инициатива"
    "|Iniziativa|Project|Proyecto|Projekt|Projet|Проект|Projeto|Progetto"
)
SUBTASK_TYPES: Final = _set_of(
    "Sub-task|Subtask|Technical task|Subtarea|Unteraufgabe|Teilaufgabe|Sous-tâche|Подзадача|Subtarefa|Sub-tarefa"
    "|Sottotask|Sottoattività"
)
OTHER_TYPES: Final = SUBTASK_TYPES | _set_of(
    "Story|Task|Bug|Improvement|New Feature|Spike|Historia|Tarea|Error"
    "|Aufgabe|Fehler|Récit|Tâche|Bogue|История|Задача|Ошибка|História|Tarefa"
    "|Storia|Attività"
)

STATUS_WORDS: Final[dict[str, Stage]] = _by_word(
    {
        "proposed": "Backlog|Idea|Ideas|Proposed|Proposal|Draft|New|Triage|Under consideration|Por evaluar|Propuesta"
        "|Propuesto|Nuevo|Nueva|Borrador|Vorschlag|Vorgeschlagen|Neu|Entwurf|Proposé|Proposition|Nouveau|Brouillon"
        "|Предложено|Предложение|Идея|Идеи|Бэклог|Новый|Новая|Новое|Черновик|Proposta|Proposto|Ideia|Novo|Rascunho"
        "|Nuova|Bozza",
        "planned": "To Do|Todo|Open|Planned|Selected for Development|Ready|Ready for development|Approved|Reopened"
        "|Pending|Por hacer|Tareas por hacer|Abierto|Abierta|Planificado|Planificada|Pendiente|Aprobado"
        "|Zu erledigen|Aufgaben|Offen|Geplant|Bereit|Genehmigt|À faire|Ouvert|Ouverte|Planifié|Planifiée|Approuvé"
        "|К выполнению|Сделать|Нужно сделать|Открыт|Открыта|Открыто|Запланировано|Запланирован|В очереди|Одобрено"
        "|A fazer|Tarefas pendentes|Itens pendentes|Pendente|Aberto|Planejado|Planeado|Aprovado|Da fare"
        "|Da completare|Aperto|Pianificato|Approvato",
        "running": "In Progress|In Review|Code review|In Development|Development|Testing|In testing|QA|In QA|Blocked"
        "|On hold|Paused|Implementing|En curso|En progreso|En revisión|En desarrollo|En pruebas|Bloqueado|In Arbeit"
        "|In Bearbeitung|Wird ausgeführt|In Prüfung|Im Test|Blockiert|En cours|En cours de revue|En révision"
        "|En test|Bloqué|В работе|В процессе|Выполняется|На проверке|На ревью|Тестирование|В разработке"
        "|Заблокировано|Em andamento|Em progresso|Em revisão|Em desenvolvimento|Em teste|In corso|In revisione"
        "|In sviluppo|Bloccato",
        "launched": "Done|Closed|Resolved|Released|Launched|Live|Shipped|Complete|Completed|Finished|Deployed|Listo"
        "|Lista|Finalizada|Finalizado|Hecho|Cerrado|Cerrada|Terminado|Resuelto|Resuelta|Completado|Publicado|Fertig"
        "|Erledigt|Geschlossen|Abgeschlossen|Gelöst|Veröffentlicht|Terminé|Terminée|Terminé(e)|Fermé|Résolu|Fini"
        "|Livré|Готово|Закрыт|Закрыта|Закрыто|Решен|Решено|Выполнено|Выполнена|Завершено|Завершен|Выпущено"
        "|Concluído|Concluída|Feito|Itens concluídos|Fechado|Resolvido|Completato|Completata|Fatto|Chiuso|Risolto"
        "|Rilasciato",
        "dropped": "Cancelled|Canceled|Won't Do|Won't Fix|Wont Do|Wont fix|Rejected|Declined|Abandoned|Duplicate"
        "|Obsolete|Invalid|Cannot reproduce|Discarded|Cancelado|Cancelada|Descartado|Descartada|Rechazado|Rechazada"
        "|Duplicado|No se hará|Abgebrochen|Abgelehnt|Verworfen|Duplikat|Wird nicht erledigt|Annulé|Annulée"
        "|Abandonné|Rejeté|Doublon|Ne sera pas fait|Отменено|Отменен|Отменена|Отклонено|Отклонен|Отклонена"
        "|Не будет сделано|Не будет исправлено|Дубликат|Rejeitado|Rejeitada|Descartada|Não será feito|Annullato"
        "|Annullata|Rifiutato|Scartato|Duplicato|Non verrà fatto",
    }
)

MONTHS: Final[dict[str, int]] = {
    plain(word): number
    for number, words in enumerate(
        (
            "jan|january|ene|enero|januar|jän|janv|janvier|янв|января|январь|janeiro|gen|gennaio",
            "feb|february|febrero|februar|févr|fév|février|фев|февр|февраля|февраль|fev|fevereiro|febbraio",
            "mar|march|marzo|mär|märz|mars|мар|март|марта|março",
            "apr|april|abr|abril|avr|avril|апр|апреля|апрель|aprile",
            "may|mayo|mai|мая|май|maio|mag|maggio",
            "jun|june|junio|juni|juin|июн|июня|июнь|junho|giu|giugno",
            "jul|july|julio|juli|juil|juillet|июл|июля|июль|julho|lug|luglio",
            "aug|august|ago|agosto|août|авг|августа|август",
            "sep|sept|september|septiembre|set|septembre|сен|сент|сентября|сентябрь|setembro|settembre",
            "oct|october|octubre|okt|oktober|octobre|окт|октября|октябрь|out|outubro|ott|ottobre",
            "nov|november|noviembre|novembre|ноя|нояб|ноября|ноябрь|novembro",
            "dec|december|dic|diciembre|dez|dezember|déc|décembre|дек|декабря|декабрь|dezembro|dicembre",
        ),
        start=1,
    )
    for word in words.split("|")
}
