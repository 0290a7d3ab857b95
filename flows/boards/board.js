"use strict";
const D = JSON.parse(document.getElementById("data").textContent);
const WORDS = {
  ru: {
    boards: "Доски", index: "Все доски", grain: "Период", period: "Какой", slice: "Срез", member: "Кто или что", largest: "Из крупнейших", all: "Весь бизнес",
    week: "неделя", month: "месяц", quarter: "квартал", year: "год", weekOf: "неделя с", quarterOf: "квартал",
    previous: "к прошлому", year_ago: "к году назад", a_year_ago: "год назад", plan: "план", of_plan: "плана", whole: "весь бизнес",
    none: "Нет значений за этот период: данных нет или их слишком мало.", nothing: "В этом периоде таких записей нет.",
    nobody: "Таких записей нет.", first: "Показаны первые {n}.", records: "Записи, из которых сложилось число",
    newest: "Последний полный день данных", pp: "п. п.", unripe: "не созрело", value: "значение", yes: "да", no: "", days: "дн.", minutes: "мин", hours: "ч", points: "оч.",
    made: "Цифры - те же, что в таблицах marts; щелчок по названию показателя открывает его определение, по числу последнего полного месяца - его записи.",
    dims: {channel: "Канал", manager: "Менеджер", team: "Команда", region: "Регион", amount_band: "Сумма сделки", days_before_end: "Дней до конца", product_group: "Группа товаров", sale_kind: "Вид продажи", customer_segment: "Сегмент", product: "Продукт", campaign: "Кампания", pipeline: "Воронка", stage: "Этап", device: "Устройство", report: "Отчёт", direction: "Направление", call_hour: "Час", call_weekday: "День недели", landing_page: "Страница входа", reject_reason: "Причина отказа", objection_type: "Возражение", email_campaign: "Рассылка", source_system: "Система"},
  },
  en: {
    boards: "Boards", index: "All boards", grain: "Period", period: "Which", slice: "Slice", member: "Whose", largest: "Whose, of the largest", all: "The whole business",
    week: "week", month: "month", quarter: "quarter", year: "year", weekOf: "week of", quarterOf: "quarter",
    previous: "on the one before", year_ago: "on a year ago", a_year_ago: "a year ago", plan: "plan", of_plan: "of plan", whole: "whole business",
    none: "No value for this period: there are no data, or too few.", nothing: "There are no such records in this period.",
    nobody: "There are no such records.", first: "The first {n} are shown.", records: "The records that make the number",
    newest: "Last full day of data", pp: "pp", unripe: "not ripe", value: "value", yes: "yes", no: "", days: "days", minutes: "min", hours: "h", points: "pts",
    made: "The figures are those of the tables in marts; a click on a KPI's name opens its definition, on a number of the last whole month its records.",
    dims: {channel: "Channel", manager: "Manager", team: "Team", region: "Region", amount_band: "Amount", days_before_end: "Days before the end", product_group: "Product group", sale_kind: "Kind of sale", customer_segment: "Segment", product: "Product", campaign: "Campaign", pipeline: "Pipeline", stage: "Stage", device: "Device", report: "Report", direction: "Direction", call_hour: "Hour", call_weekday: "Weekday", landing_page: "Landing page", reject_reason: "Reject reason", objection_type: "Objection", email_campaign: "Mailing", source_system: "System"},
  },
};
const GRAINS = ["week", "month", "quarter", "year"];
const S = {lang: D.language, grain: D.board && D.board.grain, period: null, dim: "", key: ""};

// --- words and numbers ---
const t = (word) => WORDS[S.lang][word];
const dimension = (name) => t("dims")[name] || name;
const locale = () => (S.lang === "ru" ? "ru-RU" : "en-GB");
const two = (pair) => (Array.isArray(pair) ? pair[S.lang === "ru" ? 0 : 1] : pair);
function number(value, digits, more) {
  return new Intl.NumberFormat(S.lang === "ru" ? "ru-RU" : "en-US", {maximumFractionDigits: digits, ...more}).format(value);
}
function shown(value, unit) {
  if (value === null || value === undefined) return "–";
  if (unit === "flag") return value ? t("yes") : t("no");
  if (unit === "date") return new Date(value + "T00:00Z").toLocaleDateString(locale(), {day: "numeric", month: "short", year: "numeric", timeZone: "UTC"});
  if (unit === "month") return periodName("month", value);
  if (typeof value !== "number") return label(String(two(value)));
  const large = Math.abs(value) >= 1e5 ? {notation: "compact"} : {};
  if (unit === "money") return number(value, Math.abs(value) >= 1e6 ? 1 : 0, {style: "currency", currency: D.currency, currencyDisplay: "narrowSymbol", minimumFractionDigits: 0, ...large});
  if (unit === "ratio" || unit === "share") return number(value, 1, {style: "percent"});
  if (unit === "minutes") return Math.abs(value) >= 600 ? `${number(value / 60, 1)} ${t("hours")}` : `${number(value, 0)} ${t("minutes")}`;
  if (unit === "days" || unit === "points") return `${number(value, 1)} ${t(unit)}`;
  if (unit === "index") return number(value, 2);
  if (unit === "score") return number(value, 1);
  return number(value, Math.abs(value) < 100 ? 1 : 0);
}
function periodName(grain, start) {
  const day = new Date(start + "T00:00Z"), form = (options) => day.toLocaleDateString(locale(), {...options, timeZone: "UTC"});
  if (grain === "year") return start.slice(0, 4);
  if (grain === "quarter") return `${Math.floor(day.getUTCMonth() / 3) + 1} ${t("quarterOf")} ${start.slice(0, 4)}`;
  if (grain === "week") return `${t("weekOf")} ${form({day: "numeric", month: "long", year: "numeric"})}`;
  return form({month: "long", year: "numeric"}).replace(" г.", "");
}
function shortName(grain, start) {
  const day = new Date(start + "T00:00Z");
  if (grain === "year") return start.slice(0, 4);
  if (grain === "quarter") return `${Math.floor(day.getUTCMonth() / 3) + 1}/${start.slice(2, 4)}`;
  if (grain === "week") return day.toLocaleDateString(locale(), {day: "numeric", month: "short", timeZone: "UTC"});
  return day.toLocaleDateString(locale(), {month: "short", timeZone: "UTC"}).replace(".", "") + " " + start.slice(2, 4);
}

// --- elements ---
function el(name, attributes, ...children) {
  const svg = ["svg", "path", "circle", "line", "text", "rect", "title"].includes(name);
  const made = svg ? document.createElementNS("http://www.w3.org/2000/svg", name) : document.createElement(name);
  for (const [key, value] of Object.entries(attributes || {})) {
    if (key.startsWith("on")) made.addEventListener(key.slice(2), value);
    else if (value !== null && value !== undefined && value !== false) made.setAttribute(key, value);
  }
  made.append(...children.flat().filter((child) => child !== null && child !== undefined));
  return made;
}
function kpiName(kpi) {
  const told = D.kpis[kpi];
  if (!told) return kpi;  // a figure of an earlier night, which the catalogue knows no more
  return el("a", {href: `${D.docs}/kpi/${kpi}.html`, title: told[`formula_${S.lang}`]}, told[`name_${S.lang}`]);
}
const label = (name) => two(D.codes[name]) || name.replace(/^https?:\/\/[^/]+/, "");  // a page is told by its path
const empty = (why) => el("p", {class: "empty"}, t(why));
const most = (tile) => tile.limit || 12;
const firstOf = (isCut, tile) => (isCut ? el("p", {class: "note"}, t("first").replace("{n}", most(tile))) : null);

// --- figures ---
function slot(kpi) {
  if (!S.dim) return "all|all";
  const own = (D.kpis[kpi].dimensions || "").split(" ");
  return own.includes(S.dim) || own.includes("any") ? `${S.dim}|${S.key}` : "all|all";
}
const isWhole = (kpi) => S.dim && slot(kpi) === "all|all";
const series = (kpi, where) => ((D.values[kpi] || {})[where || slot(kpi)] || {})[S.grain] || [];
function figure(kpi, where) {
  const row = series(kpi, where).find((one) => one[0] === S.period);
  return row && {value: row[1], previous: row[2], year_ago: row[3], plan: row[4], mark: row[6]};
}
function change(kpi, {value, mark: caution}, base, word) {
  if (value === null || base === null || base === undefined) return null;
  const {unit, better} = D.kpis[kpi], apart = value - base;
  const isShare = unit === "ratio" || unit === "share" || unit === "score";
  if (!isShare && (!base || value * base < 0)) return null;  // a share of nothing, or of a loss, says nothing
  const step = isShare ? apart * (unit === "score" ? 1 : 100) : (apart / Math.abs(base)) * 100;
  const sign = Math.abs(step) < 0.05 ? "=" : step > 0 ? "▲" : "▼";
  const isDoubtful = caution && caution !== "running";
  const side = better === "none" || sign === "=" || isDoubtful ? "" : (step > 0) === (better === "up") ? "good" : "bad";
  const unitWord = unit === "score" ? "" : isShare ? " " + t("pp") : S.lang === "ru" ? " %" : "%";
  return el("span", {}, el("span", {class: side}, `${sign} ${number(Math.abs(step), 1)}${unitWord}`), ` ${t(word)}`);
}
const apart = (parts) => parts.filter((part) => part !== null).flatMap((part, place) => (place ? [" · ", part] : [part]));
const mark = (found) => (found && found.mark ? el("span", {class: "mark"}, two(D.marks[found.mark])) : null);

// a number leads to its records, where they are told: those of the whole business in one month
function recorded(kpi, text) {
  const isTold = S.grain === "month" && D.periods.month[S.period] === D.recorded && slot(kpi) === "all|all" && D.records.includes(kpi);
  return isTold ? el("a", {href: `records/${kpi}.html`, title: t("records")}, text) : text;
}

// --- kinds of tiles ---
function numbers(tile) {
  const parts = tile.kpis.map((kpi) => {
    const found = figure(kpi), unit = D.kpis[kpi].unit;
    const isKnown = found && found.value !== null;
    const head = el("div", {class: "row"}, el("span", {class: "name"}, kpiName(kpi), isWhole(kpi) ? el("span", {class: "note"}, ` · ${t("whole")}`) : null),
      el("span", {class: "value", "data-kpi": kpi}, isKnown ? recorded(kpi, shown(found.value, unit)) : "–"));
    if (!isKnown) return el("div", {class: "kpi"}, head, el("div", {class: "changes"}, t("none")));
    const reached = found.plan ? found.value / found.plan : null;
    return el("div", {class: "kpi"}, head,
      reached === null ? null : el("div", {class: "plan"}, el("i", {style: `width:${Math.max(0, Math.min(100, reached * 100))}%`})),
      el("div", {class: "changes"}, apart([change(kpi, found, found.previous, "previous"), change(kpi, found, found.year_ago, "year_ago"),
        reached === null ? null : `${t("plan")} ${shown(found.plan, unit)}, ${number(reached, 0, {style: "percent"})} ${t("of_plan")}`, mark(found)])));
  });
  return parts;
}
function plot(low, high, unit) {
  const W = 400, H = 190, left = 62, bottom = 22, top = 8, right = 8;
  // lines at round numbers, two to four steps apart
  const rough = (high - low) / 3, power = 10 ** Math.floor(Math.log10(rough)), step = [1, 2, 2.5, 5, 10].find((one) => one * power >= rough * 0.999) * power;
  const first = Math.floor(low / step + 1e-9), last = Math.ceil(high / step - 1e-9);
  const svg = el("svg", {viewBox: `0 0 ${W} ${H}`, role: "img"}), y = (value) => top + (H - top - bottom) * (1 - (value / step - first) / (last - first));
  let told = null;
  for (let tick = first; tick <= last; tick += 1) {
    const value = tick * step, name = shown(value, unit) === told ? "" : shown(value, unit);  // nothing but noughts has one
    told = name || told;
    svg.append(el("line", {x1: left, x2: W - right, y1: y(value), y2: y(value), stroke: "#dfe4ea"}), el("text", {x: left - 6, y: y(value) + 4, "text-anchor": "end"}, name));
  }
  return {svg, y, H, x: (share) => left + 8 + (W - left - 8 - right) * share};
}
function drawn(rows, column, x, y) {
  let pen = false;
  return rows.map((row, place) => { if (row[column] === null) { pen = false; return ""; } const move = pen ? "L" : "M"; pen = true; return `${move}${x(row, place).toFixed(1)} ${y(row[column]).toFixed(1)}`; }).join("");
}
const STROKES = [["#3b84bd", 2.5, "none"], ["#55606b", 1.5, "none"], ["#8a96a3", 1.5, "4 3"], ["#e69f00", 2, "8 3"]];
function days(tile) {
  const rows = martRows(tile) || [], lines = tile.columns.slice(1), unit = lines[0].unit;
  if (!rows.length) return [empty("nothing")];
  const all = rows.flatMap((row) => row.slice(1)).filter((one) => one !== null), low = Math.min(0, ...all);
  const {svg, y, H, x: at} = plot(low, Math.max(...all, low + 1e-9), unit), last = rows.length - 1, x = (row, place) => at(place / Math.max(1, last));
  const few = Math.max(1, Math.ceil(rows.length / 3));
  rows.forEach((row, place) => { if ((last - place) % few === 0) svg.append(el("text", {x: x(row, place), y: H - 4, "text-anchor": place === last ? "end" : place === 0 ? "start" : "middle"}, shortName("week", row[0]))); });
  lines.forEach((column, place) => { const [stroke, width, dash] = STROKES[place % STROKES.length]; svg.append(el("path", {d: drawn(rows, place + 1, x, y), fill: "none", stroke, "stroke-width": width, "stroke-dasharray": dash})); });
  rows.forEach((row, place) => { if (row[1] !== null) svg.append(el("circle", {cx: x(row, place), cy: y(row[1]), r: 4, fill: "transparent"}, el("title", {}, row.map((value, at_) => `${tile.columns[at_][S.lang]}: ${cell(value, tile.columns[at_])}`).join("\n")))); });
  return [svg, el("div", {class: "legend"}, lines.map((column, place) => el("span", {}, el("b", {style: `color:${STROKES[place % STROKES.length][0]}`}, STROKES[place % STROKES.length][2] === "none" ? "━ " : "┅ "), column[S.lang])))];
}
function line(tile) {
  if (tile.mart) return days(tile);
  const [kpi] = tile.kpis, unit = D.kpis[kpi].unit, rows = series(kpi).filter((row) => row[0] <= S.period && row[1] !== null).slice(-13);
  if (rows.length < 1) return [empty("none")];
  const all = rows.flatMap((row) => [row[1], row[3], row[4]]).filter((one) => one !== null);
  const low = Math.min(0, ...all), high = Math.max(...all, low + 1e-9), first = rows[0][0], last = rows[rows.length - 1][0];
  const {svg, y, H, x: at} = plot(low, high, unit), x = (place) => at((place - first) / Math.max(1, last - first));
  const path = (column) => drawn(rows, column, (row) => x(row[0]), y);
  const few = Math.max(1, Math.ceil(rows.length / 5));
  rows.forEach((row, number_) => { if ((rows.length - 1 - number_) % few === 0) svg.append(el("text", {x: x(row[0]), y: H - 4, "text-anchor": number_ === rows.length - 1 ? "end" : number_ === 0 ? "start" : "middle"}, shortName(S.grain, D.periods[S.grain][row[0]]))); });
  svg.append(el("path", {d: path(3), fill: "none", stroke: "#8a96a3", "stroke-width": 1.5, "stroke-dasharray": "4 3"}), el("path", {d: path(1), fill: "none", stroke: "#3b84bd", "stroke-width": 2.5}));
  for (const row of rows) {
    if (row[4] !== null) svg.append(el("line", {x1: x(row[0]) - 8, x2: x(row[0]) + 8, y1: y(row[4]), y2: y(row[4]), stroke: "#e69f00", "stroke-width": 3}));
    svg.append(el("circle", {cx: x(row[0]), cy: y(row[1]), r: 3.5, fill: row[6] ? "#fff" : "#3b84bd", stroke: "#3b84bd", "stroke-width": 2}, el("title", {}, `${periodName(S.grain, D.periods[S.grain][row[0]])}: ${shown(row[1], unit)}${row[6] ? ` (${two(D.marks[row[6]])})` : ""}`)));
  }
  const key = [el("span", {}, "━ ", kpiName(kpi), isWhole(kpi) ? ` · ${t("whole")}` : null)];
  if (rows.some((row) => row[3] !== null)) key.push(el("span", {}, "┅ " + t("a_year_ago")));
  if (rows.some((row) => row[4] !== null)) key.push(el("span", {style: "color:#8a5f00"}, "▬ " + t("plan")));
  return [svg, el("div", {class: "legend"}, key)];
}
function memberRows(tile, kpi) {
  const names = D.members[tile.by] || {};
  return Object.keys((D.values[kpi] || {})).filter((where) => where.startsWith(tile.by + "|")).map((where) => {
    const key = where.slice(tile.by.length + 1);
    return {key, name: label(two(names[key]) || key), ...figure(kpi, where)};
  }).filter((row) => row.value !== null && row.value !== undefined);
}
function bars(tile) {
  let rows, unit, head = null;
  if (tile.mart) {
    rows = (martRows(tile) || []).map((row) => ({name: cell(row[0], tile.columns[0]), value: row[1]}));
    unit = tile.columns[1].unit;
  } else {
    const [kpi] = tile.kpis, place = ({key}) => (D.members[tile.by][key] || [])[2];
    unit = D.kpis[kpi].unit;
    rows = memberRows(tile, kpi).sort((a, b) => (tile.order === "rank" ? place(a) - place(b) : b.value - a.value));
    head = el("div", {class: "legend"}, el("span", {}, kpiName(kpi)), el("span", {}, dimension(tile.by)));
  }
  if (!rows.length) return [empty(tile.mart ? "nothing" : "none")];
  const isCut = rows.length > most(tile);
  rows = rows.slice(0, most(tile));
  const longest = Math.max(...rows.map((row) => Math.abs(row.value || 0)), 1e-9);
  return [head, ...rows.map((row) => el("div", {class: "bar" + (S.dim === tile.by && S.key === row.key ? " chosen" : "")}, el("span", {class: "label"}, row.name),
    el("i", {class: row.value < 0 ? "below" : "", style: `width:${(Math.abs(row.value || 0) / longest) * 100}%`}), el("span", row.mark ? {class: "amount marked", title: two(D.marks[row.mark])} : {class: "amount"}, shown(row.value, unit)))), firstOf(isCut, tile)];
}
function members(tile) {
  const found = new Map();
  tile.kpis.forEach((kpi, place) => memberRows(tile, kpi).forEach((row) => {
    if (!found.has(row.key)) found.set(row.key, {key: row.key, name: row.name, cells: tile.kpis.map(() => ({}))});
    found.get(row.key).cells[place] = row;
  }));
  const all = [...found.values()].sort((a, b) => (b.cells[0].value ?? -Infinity) - (a.cells[0].value ?? -Infinity)), rows = all.slice(0, most(tile));
  if (!rows.length) return [empty("none")];
  return [el("div", {class: "scroll"}, el("table", {}, el("thead", {}, el("tr", {}, el("th", {class: "text"}, dimension(tile.by)), tile.kpis.map((kpi) => el("th", {}, kpiName(kpi))))),
    el("tbody", {}, rows.map((row) => el("tr", {class: S.dim === tile.by && S.key === row.key ? "chosen" : null}, el("td", {class: "text"}, row.name), row.cells.map((one, place) => el("td", one.mark ? {class: "marked", title: two(D.marks[one.mark])} : {}, shown(one.value, D.kpis[tile.kpis[place]].unit)))))))), firstOf(all.length > rows.length, tile)];
}
function martRows(tile) {
  const found = D.tiles[D.board.tiles.indexOf(tile)];
  if (tile.follow && tile.follow.includes(S.dim)) return found[`${S.dim}|${S.key}`];
  return found[""] || found[`${S.grain}|${D.periods[S.grain][S.period]}`];
}
function cell(value, column, row, tile) {
  if (value && value.mark) return t(value.mark);
  if (column.words && column.words[value]) return column.words[value][S.lang];
  if (column.of === "kpi") return kpiName(value);
  if (column.unit === "kpi") return shown(value, (D.kpis[row[tile.columns.findIndex((one) => one.of === "kpi")]] || {unit: "index"}).unit);
  if (column.of) return label(two((D.members[column.of] || {})[value]) || value || "–");
  return shown(value, column.unit || "text");
}
function table(tile) {
  const rows = martRows(tile) || [], isText = (column) => ["text", "month"].includes(column.unit || "text");
  if (!rows.length) return [empty(tile.period || tile.date ? "nothing" : "nobody")];
  return [el("div", {class: "scroll"}, el("table", {}, el("thead", {}, el("tr", {}, tile.columns.map((column) => el("th", {class: isText(column) ? "text" : null}, column[S.lang])))),
    el("tbody", {}, rows.map((row) => el("tr", {}, row.map((value, place) => el("td", {class: value && value.mark ? "marked" : isText(tile.columns[place]) ? "text" : null}, cell(value, tile.columns[place], row, tile)))))))), firstOf(rows.length === most(tile), tile)];
}
const KINDS = {numbers, line, bars, members, table};

// --- the page ---
function select(word, options, chosen, then) {
  return el("label", {}, t(word), el("select", {onchange: (event) => { then(event.target.value); draw(); }}, options.map(([value, text]) => el("option", {value, selected: String(value) === String(chosen) ? "" : null}, text))));
}
function membersOf(dim) {
  const named = D.members[dim] || {}, seen = new Set();
  for (const of_kpi of Object.values(D.values)) for (const where of Object.keys(of_kpi)) if (where.startsWith(dim + "|")) seen.add(where.slice(dim.length + 1));
  // in the order told: an object has keys like 10 before those like 09
  return Object.keys(named).filter((key) => seen.has(key)).sort((a, b) => named[a][2] - named[b][2]).map((key) => [key, two(named[key])]);
}
function choices() {
  const box = el("div", {class: "choice"});
  if (D.board) {
    const starts = D.periods[S.grain].map((start, place) => [place, periodName(S.grain, start)]).reverse();
    box.append(select("grain", GRAINS.map((grain) => [grain, t(grain)]), S.grain, (value) => { S.grain = value; S.period = newest(); }), select("period", starts, S.period, (value) => { S.period = Number(value); }));
    const slices = D.board.slices.filter((dim) => membersOf(dim).length);
    if (slices.length) box.append(select("slice", [["", t("all")], ...slices.map((dim) => [dim, dimension(dim)])], S.dim, (value) => { S.dim = value; S.key = value && membersOf(value)[0][0]; }));
    if (S.dim) box.append(select(D.cut.includes(S.dim) ? "largest" : "member", membersOf(S.dim), S.key, (value) => { S.key = value; }));
  }
  box.append(el("span", {class: "languages"}, el("button", {type: "button", onclick: () => { S.lang = S.lang === "ru" ? "en" : "ru"; draw(); }}, S.lang === "ru" ? "English" : "По-русски")));
  return box;
}
// the newest period that is whole for the board's first KPI; else the newest
function newest() {
  const first = Object.keys(D.kpis)[0], rows = (((D.values[first] || {})["all|all"] || {})[S.grain] || []).filter((row) => row[5]);
  return rows.length ? rows[rows.length - 1][0] : D.periods[S.grain].length - 1;
}
function draw() {
  document.documentElement.lang = S.lang;
  const [header, main, footer] = ["header", "main", "footer"].map((name) => document.querySelector(name));
  const title = D.board ? D.board.title[S.lang] : t("boards");
  document.title = title;
  const links = el("nav", {}, D.board ? el("a", {href: "index.html"}, t("index")) : null, D.board ? D.boards.map((board) => (board.file === `${D.board.name}.html` ? el("b", {}, board.title[S.lang]) : el("a", {href: board.file}, board.title[S.lang]))) : null);
  const chosen = D.board ? `${periodName(S.grain, D.periods[S.grain][S.period])} · ${S.dim ? `${dimension(S.dim)}: ${two(D.members[S.dim][S.key])}` : t("all")}` : "";
  header.replaceChildren(links, el("h1", {}, title), el("p", {class: "question"}, D.board ? D.board.question[S.lang] : ""), choices(), el("p", {class: "printed"}, chosen));
  main.replaceChildren(...(D.board
    ? D.board.tiles.map((tile) => el("section", {class: "tile" + (tile.wide ? " wide" : "")}, el("h2", {}, tile.title[S.lang], tile.mart && S.dim && !(tile.follow || []).includes(S.dim) ? el("span", {class: "note"}, ` · ${t("whole")}`) : null), KINDS[tile.kind](tile).filter(Boolean)))
    : D.boards.map((board) => el("a", {class: "tile card", href: board.file}, el("h2", {}, board.title[S.lang]), board.question[S.lang]))));
  footer.replaceChildren(D.newest ? `${t("newest")}: ${shown(D.newest, "date").replace(/\.$/, "")}. ` : "", D.board ? t("made") : "");
  layOut();
}
// tiles as near together as they go (on paper letters come out a little larger), and each table in a tile that is wide enough for it, where there is room
function layOut(columns) {
  const main = document.querySelector("main"), tiles = [...main.children];
  main.classList.remove("packed");
  main.style.gridTemplateColumns = columns ? `repeat(${columns}, minmax(0, 1fr))` : "";
  for (const tile of tiles) { tile.style.removeProperty("--span"); tile.style.gridRowEnd = ""; }
  const count = getComputedStyle(main).gridTemplateColumns.split(" ").length;
  if (count === 1) return;
  for (const tile of tiles) {
    const box = tile.querySelector(".scroll");
    for (let span = tile.matches(".wide") ? 2 : 1; box && span < count && box.scrollWidth > box.clientWidth + 1;) tile.style.setProperty("--span", ++span);
  }
  main.classList.add("packed");
  const heights = tiles.map((tile) => tile.getBoundingClientRect().height), gap = parseFloat(getComputedStyle(main).columnGap);
  tiles.forEach((tile, place) => { tile.style.gridRowEnd = `span ${Math.ceil((heights[place] * (columns ? 1.02 : 1) + gap) / 2)}`; });
}
// one A4 page, 285 x 198 mm at 96 dpi: as many columns as leave the text largest
const PAPER = {width: 1075, height: 720};
const paper = el("style", {});
document.head.append(paper);
function fit() {
  const ways = [4, 5, 6, 7, 8].flatMap((columns) => [290, 330, 370].map((width) => [columns, width, zoomOf(columns, width)]));
  const [columns, width, zoom] = ways.sort((a, b) => b[2] - a[2])[0];
  zoomOf(columns, width);
  paper.textContent = `@media print { body { zoom: ${zoom.toFixed(3)}; } }`;
}
function zoomOf(columns, width) {
  document.body.style.width = `${columns * width}px`;
  layOut(columns);
  return Math.min(PAPER.width / (columns * width), PAPER.height / document.body.scrollHeight);
}
window.addEventListener("beforeprint", () => { document.body.classList.add("paper"); fit(); });
window.addEventListener("afterprint", () => { document.body.classList.remove("paper"); document.body.style.width = ""; layOut(); });
window.addEventListener("resize", () => layOut());
if (D.board) S.period = newest();
draw();
