"""The checks: what each measures, in words, and where to look when it fails."""

from dataclasses import dataclass, field
from typing import Any

LANGUAGES = ("en", "ru")
# Why a check may rightly find nothing to look at; without such a reason, one that could stop a night does.
REASONS = {
    "history": {
        "en": "there are too few nights or periods to compare with",
        "ru": "ещё мало ночей или периодов для сравнения",
    },
    "stamps": {"en": "no row tells when it was loaded", "ru": "ни одна строка не говорит, когда загружена"},
    "few": {"en": "the newest load has too few rows", "ru": "в последней загрузке слишком мало строк"},
    "values": {"en": "the newest load has no such values", "ru": "в последней загрузке нет таких значений"},
    "totals": {"en": "no source tells totals of its own", "ru": "ни один источник не называет своих итогов"},
    "published": {"en": "nothing was published before", "ru": "раньше ничего не публиковалось"},
}
SHOWN = 10  # subjects of a failed check that are named


@dataclass(frozen=True)
class Check:
    """One check.

    Attributes:
        title: what must hold, by language.
        detail: what was found for a subject, by language; `{…}` are the facts of a reading.
        look: where to look, by language.
        least: whether a figure must not fall below its limit, instead of not going above it.
    """

    title: dict[str, str]
    detail: dict[str, str]
    look: dict[str, str]
    least: bool = False


@dataclass(frozen=True)
class Reading:
    """One measured figure.

    Attributes:
        subject: what it is of.
        value: the figure; None = it can't be told, for the reason that `facts` give under `why`.
        facts: what the words of the check name.
        mild: whether it is too little to go by, so that it can be no more than a warning.
    """

    subject: str
    value: float | None
    facts: dict[str, Any] = field(default_factory=dict)
    mild: bool = False


def _check(en: tuple[str, str, str], ru: tuple[str, str, str], least: bool = False) -> Check:
    both = [dict(zip(LANGUAGES, texts)) for texts in zip(en, ru)]
    return Check(*both, least)


_RAW_VIEWS = (
    "the messages `raw: …` of dbt's log, and raw_views.files",
    "сообщения `raw: …` в журнале dbt и raw_views.files",
)
_REJECTS = (
    "select * from quality.rejected_rows; raw_views.rejected_lines",
    "select * from quality.rejected_rows; raw_views.rejected_lines",
)
_LOADER = (
    "the source's field list and permissions, and the load's report in <raw root>/.loads",
    "список полей и права в источнике, отчёт загрузки в <raw root>/.loads",
)
_MOVED = (
    "×{ratio}: {figure:g}, usually {usual:g}; moves ×{own} by itself",
    "×{ratio}: {figure:g}, обычно {usual:g}; само меняется в ×{own}",
)
_SHIFTED = (
    "{moved:.0%} are elsewhere than usual; {own:.0%} move by themselves",
    "{moved:.0%} не там, где обычно; само меняется {own:.0%}",
)
_OF_LOAD = ("{rows} rows of the load of {night}", "строк {rows} в загрузке {night}")
_UNITS = (
    "the source's currency, unit and sign of this column; the load's report in <raw root>/.loads",
    "валюту, единицу и знак колонки в источнике; отчёт загрузки в <raw root>/.loads",
)
_ZONES = (
    "the time zone of the source and of its export; source_timezone in dbt_project.yml",
    "часовой пояс источника и выгрузки; source_timezone в dbt_project.yml",
)
_PART = (
    "whether the source had the whole day when it was loaded; run the load again with --since",
    "был ли день в источнике целиком к моменту загрузки; повторите загрузку с --since",
)
_SCORECARD = ("select * from marts.kpi_values", "select * from marts.kpi_values")
_PUBLISHED = (
    "the same table in the published file and in the new one; the changes of models and settings since",
    "ту же таблицу в опубликованном и новом файле; изменения моделей и настроек с тех пор",
)

CHECKS: dict[str, dict[str, Check]] = {
    "raw": {
        "no_data": _check(
            ("Some source has rows", "{sources} of {known} sources have rows", "KPI_RAW_ROOT"),
            ("Хотя бы в одном источнике есть строки", "строки есть в {sources} из {known} источников", "KPI_RAW_ROOT"),
            least=True,
        ),
        "missing_columns": _check(
            (
                "Every raw table has the columns that the models read",
                "no {columns}",
                "models/staging/…__sources.yml; run `dbt seed`, which makes the views anew",
            ),
            (
                "В каждой сырой таблице есть колонки, которые читают модели",
                "нет {columns}",
                "models/staging/…__sources.yml; `dbt seed` создаёт представления заново",
            ),
        ),
        "unreadable_files": _check(
            ("Every raw file can be read", "{bad} of {rows} files left out", _RAW_VIEWS[0]),
            ("Каждый сырой файл читается", "не прочитано файлов: {bad} из {rows}", _RAW_VIEWS[1]),
        ),
        "broken_lines": _check(
            ("Every raw line can be read", "{bad} of {rows} lines left out", _REJECTS[0]),
            ("Каждая сырая строка читается", "не прочитано строк: {bad} из {rows}", _REJECTS[1]),
        ),
        "vanished_columns": _check(
            (
                "No column that was always filled came empty or not at all",
                "empty in all {rows} rows of the load of {night}; {share:.0%} had a value in the {nights} loads before",
                _LOADER[0],
            ),
            (
                "Ни одна всегда заполненная колонка не пришла пустой и не пропала",
                "пусто во всех строках ({rows}) загрузки {night}; в прежних загрузках ({nights}) заполнено {share:.0%}",
                _LOADER[1],
            ),
        ),
        "required_values": _check(
            ("Required columns have values", "empty in {bad} of {rows} rows of the newest load ({night})", _LOADER[0]),
            (
                "Обязательные колонки заполнены",
                "пусто в {bad} из {rows} строк последней загрузки ({night})",
                _LOADER[1],
            ),
        ),
        "unreadable_values": _check(
            (
                "Values can be read as their type",
                "{bad} of {rows} values of the newest load ({night}) are no {kind}",
                _REJECTS[0],
            ),
            (
                "Значения читаются как свой тип",
                "в последней загрузке ({night}) не читаются как {kind}: {bad} из {rows}",
                _REJECTS[1],
            ),
        ),
        "new_words": _check(
            (
                "Lists of words keep their words",
                "{bad} of {rows} values of the newest load ({night}) are words that never came before",
                "quality.findings, finding 'unknown value'; the source's dictionaries",
            ),
            (
                "Справочные значения остаются прежними",
                "в последней загрузке ({night}) новых слов: {bad} из {rows} значений",
                "quality.findings, 'unknown value'; справочники источника",
            ),
        ),
        "low_volume": _check(
            ("As many rows came as usual", f"{_MOVED[0]}, in the night of {{night}}", _LOADER[0]),
            ("Строк пришло столько, сколько обычно", f"{_MOVED[1]}, за ночь {{night}}", _LOADER[1]),
        ),
        "high_volume": _check(
            (
                "Not far more rows came than usual",
                f"{_MOVED[0]}, in the night of {{night}}",
                "whether this was a back-fill; <raw root>/.loads",
            ),
            (
                "Строк пришло не намного больше обычного",
                f"{_MOVED[1]}, за ночь {{night}}",
                "не была ли это дозагрузка за прошлое; <raw root>/.loads",
            ),
        ),
        "medians": _check(
            ("Amounts are as high as usual", f"median {_MOVED[0]}, {_OF_LOAD[0]}", _UNITS[0]),
            ("Величины такие же, как обычно", f"медиана {_MOVED[1]}, {_OF_LOAD[1]}", _UNITS[1]),
        ),
        "sums": _check(
            ("Amounts add up to as much as usual", f"{_MOVED[0]}, {_OF_LOAD[0]}", _UNITS[0]),
            ("Суммы такие же, как обычно", f"{_MOVED[1]}, {_OF_LOAD[1]}", _UNITS[1]),
        ),
        "signs": _check(
            ("Amounts have the sign they usually have", f"{_SHIFTED[0]}, {_OF_LOAD[0]}", _UNITS[0]),
            ("Знак у величин тот же, что обычно", f"{_SHIFTED[1]}, {_OF_LOAD[1]}", _UNITS[1]),
        ),
        "word_shares": _check(
            ("Words come as often as usual", f"{_SHIFTED[0]}, {_OF_LOAD[0]}", _LOADER[0]),
            ("Слова встречаются так же часто, как обычно", f"{_SHIFTED[1]}, {_OF_LOAD[1]}", _LOADER[1]),
        ),
        "empty_shares": _check(
            ("Columns are filled as often as usual", f"{_SHIFTED[0]}, {_OF_LOAD[0]}", _LOADER[0]),
            ("Колонки заполнены так же часто, как обычно", f"{_SHIFTED[1]}, {_OF_LOAD[1]}", _LOADER[1]),
        ),
        "renamed_members": _check(
            (
                "No known id is missing while a new one takes its place",
                f"{{missed}} known ones are missing, {{new}} never came before; {{value:.0%}} of the rows, {_OF_LOAD[0]}",
                "whether the source has renamed an employee, a pipeline … or gives ids of another system",
            ),
            (
                "Ни один известный идентификатор не сменился новым",
                f"известных нет: {{missed}}, новых: {{new}}; {{value:.0%}} строк, {_OF_LOAD[1]}",
                "не сменились ли в источнике идентификаторы сотрудников, воронок …; не из другой ли они системы",
            ),
        ),
        "hours": _check(
            (
                "Events have their usual time of day",
                f"moved by {{moved:.1f}} hours from about {{usual:.0f}} o'clock; {{value:.1f}} hours more than it moves by itself, {_OF_LOAD[0]}",
                _ZONES[0],
            ),
            (
                "События происходят в обычное время суток",
                f"сдвиг на {{moved:.1f}} ч от обычных {{usual:.0f}} ч; сверх собственных колебаний {{value:.1f}} ч, {_OF_LOAD[1]}",
                _ZONES[1],
            ),
        ),
        "early_ends": _check(
            (
                "The last day of a load reaches as far as usual",
                f"ends at about {{ended:.0f}} o'clock, usually not before {{usual:.0f}}; {{value:.1f}} hours earlier, {_OF_LOAD[0]}",
                _PART[0],
            ),
            (
                "Последний день загрузки доходит до обычного часа",
                f"обрывается около {{ended:.0f}} ч, обычно не раньше {{usual:.0f}} ч; на {{value:.1f}} ч раньше, {_OF_LOAD[1]}",
                _PART[1],
            ),
        ),
        "thin_days": _check(
            (
                "The newest day has as much as usual",
                f"{{figure:g}}, usually not below {{usual:g}}; ×{{value:.2g}} less, {_OF_LOAD[0]}",
                _PART[0],
            ),
            (
                "В последнем дне столько, сколько обычно",
                f"{{figure:g}}, обычно не меньше {{usual:g}}; меньше в ×{{value:.2g}}, {_OF_LOAD[1]}",
                _PART[1],
            ),
        ),
        "future_times": _check(
            (
                "Nothing has happened after it was loaded",
                f"{{bad}} values are later than the load; {{value:.0%}} more than usual, {_OF_LOAD[0]}",
                _ZONES[0],
            ),
            (
                "Ничто не произошло позже своей загрузки",
                f"позже загрузки: {{bad}}; на {{value:.0%}} больше обычного, {_OF_LOAD[1]}",
                _ZONES[1],
            ),
        ),
        "equal_records": _check(
            (
                "No record came a second time under another id",
                f"{{bad}} equal another in all but the id; {{value:.0%}} more than usual, {_OF_LOAD[0]}",
                "whether the source, or its import, has made its records anew; <raw root>/.loads",
            ),
            (
                "Ни одна запись не пришла второй раз под другим идентификатором",
                f"совпадают с другой во всём, кроме идентификатора: {{bad}}; на {{value:.0%}} больше обычного, {_OF_LOAD[1]}",
                "не созданы ли записи заново в источнике или его импорте; <raw root>/.loads",
            ),
        ),
        "emptied_tables": _check(
            (
                "No table was emptied",
                "{gone} of {known} known records are gone by the load of {night}",
                "the source's dictionary and permissions; <raw root>/.loads",
            ),
            (
                "Ни одна таблица не опустела",
                "по загрузке {night} исчезло записей: {gone} из {known}",
                "справочник и права в источнике; <raw root>/.loads",
            ),
        ),
        "freshness": _check(
            (
                "Every source was loaded lately",
                "newest load {loaded:%Y-%m-%d %H:%M} UTC, {value:.0f} hours old",
                "`kpi load SYSTEM`, the log of the last night",
            ),
            (
                "Каждый источник загружен недавно",
                "последняя загрузка {loaded:%Y-%m-%d %H:%M} UTC, {value:.0f} ч назад",
                "`kpi load SYSTEM`, журнал последней ночи",
            ),
        ),
        "doubled_rows": _check(
            (
                "No row was loaded twice",
                "{bad} of {rows} rows {where} have the key, version and load of another ({key})",
                "the table's files: one copied by hand, or a load that wrote twice",
            ),
            (
                "Ни одна строка не загружена дважды",
                "{where_ru}: {bad} из {rows} строк с тем же ключом, версией и загрузкой, что у другой ({key})",
                "файлы таблицы: копия вручную или двойная запись загрузки",
            ),
        ),
        "lost_rows": _check(
            (
                "No row that was built before has gone from the raw root",
                "{rows} rows, the last build had {before}",
                "which files are gone: raw_views.files, the backup of the raw root; after a removal on purpose, set the limit off for one night",
            ),
            (
                "Ни одна ранее прочитанная строка не исчезла из сырых данных",
                "{rows} строк, при прошлой сборке было {before}",
                "каких файлов нет: raw_views.files, резервная копия; если удалено намеренно, отключите предел на одну ночь",
            ),
        ),
        "totals": _check(
            (
                "Tables hold as many records as their source tells",
                "{here} records here, the source told {told} ({day})",
                "raw_control.totals; run the load again with --since",
            ),
            (
                "В таблицах столько записей, сколько называет источник",
                "здесь записей {here}, источник назвал {told} ({day})",
                "raw_control.totals; повторите загрузку с --since",
            ),
        ),
    },
    "marts": {
        "behind": _check(
            (
                "The figures reach the last full day",
                "last day {day}, the as-of date is {as_of}",
                "KPI_AS_OF; whether the build ran",
            ),
            (
                "Показатели доходят до последнего полного дня",
                "последний день {day}, дата отчёта {as_of}",
                "KPI_AS_OF; прошла ли сборка",
            ),
        ),
        "not_finished_days": _check(
            ("Nothing of the as-of day or later is in the scorecard", "{value:.0f} rows, first {day}", _SCORECARD[0]),
            ("В показателях нет самого дня отчёта и более поздних", "строк {value:.0f}, первая {day}", _SCORECARD[1]),
        ),
        "doubled_keys": _check(
            ("Every key of the scorecard stands once", "{value:.0f} rows too many", _SCORECARD[0]),
            ("Каждый ключ таблицы показателей встречается один раз", "лишних строк {value:.0f}", _SCORECARD[1]),
        ),
        "no_number": _check(
            ("Every figure is a finite number", "{value:.0f} rows", _SCORECARD[0]),
            ("Каждое значение - конечное число", "строк {value:.0f}", _SCORECARD[1]),
        ),
        "ranges": _check(
            (
                "KPIs keep to their range",
                "{bad} of {rows} figures outside {range}: {smallest:g} to {largest:g}",
                _SCORECARD[0],
            ),
            (
                "Показатели не выходят из своих границ",
                "вне {range}: {bad} из {rows} значений, от {smallest:g} до {largest:g}",
                _SCORECARD[1],
            ),
        ),
        "day_jump": _check(
            (
                "The last full day is like such days before",
                f"{_MOVED[0]}; {{period}}",
                "the KPI by its dimensions on that day; the rows behind it in the subject's mart",
            ),
            (
                "Последний полный день похож на такие же дни раньше",
                f"{_MOVED[1]}; {{period}}",
                "показатель по срезам за этот день; строки витрины, из которой он сложен",
            ),
        ),
        "week_jump": _check(
            (
                "The last complete week is like the weeks before",
                f"{_MOVED[0]}; week of {{period}}",
                "the KPI by its dimensions in that week; the rows behind it in the subject's mart",
            ),
            (
                "Последняя полная неделя похожа на предыдущие",
                f"{_MOVED[1]}; неделя с {{period}}",
                "показатель по срезам за эту неделю; строки витрины, из которой он сложен",
            ),
        ),
        "unread_rows": _check(
            (
                "The build read all rows of the raw views",
                "{rows} rows built, {shown} in the raw views",
                "whether the build ended; raw_views.files",
            ),
            (
                "Сборка прочитала все найденные строки",
                "собрано {rows} строк, в представлениях {shown}",
                "завершилась ли сборка; raw_views.files",
            ),
        ),
        "rejected_rows": _check(
            (
                "Hardly any row of the newest load was rejected",
                "{bad} of {rows} rows of the newest load ({night})",
                _REJECTS[0],
            ),
            (
                "Из последней загрузки почти ничего не отклонено",
                "{bad} из {rows} строк последней загрузки ({night})",
                _REJECTS[1],
            ),
        ),
        "totals": _check(
            (
                "The marts agree with the totals that sources tell",
                "{here:g} {what} here, the source told {told:g} ({day})",
                "select * from marts.source_totals where not is_equal; rejected rows count as missing",
            ),
            (
                "Витрины сходятся с итогами самих источников",
                "{what_ru}: здесь {here:g}, источник назвал {told:g} ({day})",
                "select * from marts.source_totals where not is_equal; отклонённые строки тоже расходятся",
            ),
        ),
        "missing_kpis": _check(
            (
                "Every KPI in use has a row for the last complete month",
                "no row for {month}",
                "its measures by marts.kpi_definitions, and the marts that hold them",
            ),
            (
                "У каждого используемого показателя есть строка за последний полный месяц",
                "нет строки за {month}",
                "меры показателя по marts.kpi_definitions и витрины, где они лежат",
            ),
        ),
        "silent_kpis": _check(
            (
                "No KPI falls silent",
                "no value for {month}, but in each of the {months} months before",
                "whether its source is still loaded; its measures by marts.kpi_definitions",
            ),
            (
                "Ни один показатель не замолчал",
                "нет значения за {month}, а в предыдущие месяцы ({months}) было",
                "загружается ли ещё источник; меры показателя по marts.kpi_definitions",
            ),
        ),
        "findings": _check(
            (
                "There is nothing odd in the accepted data",
                "{value:.0f} rows in {findings} findings",
                "select * from quality.findings",
            ),
            (
                "В принятых данных нет странностей",
                "строк {value:.0f}, находок {findings}",
                "select * from quality.findings",
            ),
        ),
        "changed_past": _check(
            ("Months past do not change", "{month}: {before:g} published, {now:g} now", _PUBLISHED[0]),
            ("Прошлые месяцы не меняются", "{month}: опубликовано {before:g}, теперь {now:g}", _PUBLISHED[1]),
        ),
        "fewer_rows": _check(
            ("No table shrinks", "{rows} rows, published {before}", _PUBLISHED[0]),
            ("Ни одна таблица не уменьшается", "{rows} строк, опубликовано {before}", _PUBLISHED[1]),
        ),
    },
}
