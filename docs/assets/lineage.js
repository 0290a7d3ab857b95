"use strict";
// The page lineage.html: finds a column, and shows what it is made of and what is made of it.
(() => {
  const box = document.getElementById("lineage"), search = document.getElementById("lineage-search"), MOST = 60;
  const made = (name, text, more = {}) => Object.assign(document.createElement(name), {textContent: text, ...more});
  if (!LINEAGE) return box.append(made("p", "Nothing was read yet: run `uv run dbt build`, then `uv run kpi lineage`."));
  const all = Object.entries(LINEAGE).flatMap(([table, {columns}]) => Object.keys(columns).map((column) => `${table}.${column}`)), users = {};
  for (const [table, {columns}] of Object.entries(LINEAGE)) for (const [column, of] of Object.entries(columns)) for (const parts of of) (users[parts.join(".")] ||= []).push(`${table}.${column}`);
  const parents = (name) => { const [table, column] = name.split("."); return ((LINEAGE[table] || {columns: {}}).columns[column] || []).map((parts) => parts.join(".")); };
  const link = (name) => { const told = LINEAGE[name.split(".")[0]]; return [made("a", name, {href: "#" + name}), made("small", told ? ` ${told.layer}` : "")]; };
  // a branch opens when it is asked for; the first two steps stand open
  function branch(name, next, depth, above) {
    const item = document.createElement("li"), below = above.includes(name) ? [] : next(name);
    if (!below.length) { item.append(...link(name)); return item; }
    const details = document.createElement("details"), summary = document.createElement("summary");
    summary.append(...link(name));
    details.append(summary);
    const fill = () => { if (details.open && details.children.length === 1) { const list = document.createElement("ul"); list.append(...below.map((one) => branch(one, next, depth + 1, [...above, name]))); details.append(list); } };
    details.addEventListener("toggle", fill);
    details.open = depth < 2;
    fill();
    item.append(details);
    return item;
  }
  function show(name) {
    const parts = [made("h2", name)];
    for (const [title, next] of [["Made of · Из чего сделана", parents], ["Used by · Что сделано из неё", (one) => users[one] || []]]) {
      const list = document.createElement("ul"), found = next(name);
      list.append(...found.map((one) => branch(one, next, title.startsWith("Made") ? 1 : 2, [name])));
      parts.push(made("h3", title), found.length ? list : made("p", "–"));
    }
    box.replaceChildren(...parts);
  }
  function find() {
    const words = search.value.trim().toLowerCase().split(/\s+/), found = all.filter((name) => words.every((word) => name.includes(word)));
    found.sort((a, b) => Number(b.endsWith("." + words[0])) - Number(a.endsWith("." + words[0])) || a.localeCompare(b));
    const list = document.createElement("ul");
    list.append(...found.slice(0, MOST).map((name) => { const item = document.createElement("li"); item.append(...link(name)); return item; }));
    box.replaceChildren(made("p", `${found.length} of ${all.length} columns`), list);
  }
  const go = () => { const name = decodeURIComponent(location.hash.slice(1)); if (all.includes(name)) show(name); else find(); };
  search.addEventListener("input", find);
  window.addEventListener("hashchange", go);
  go();
})();
