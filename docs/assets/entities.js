// Of the entity that the mouse is on, the lines to what it names and from what names it stand out.
document.querySelectorAll(".entities [data-entity]").forEach(box => {
  const lines = document.querySelectorAll(`.entities .way.${CSS.escape(box.dataset.entity)}`)
  box.addEventListener("mouseenter", () => lines.forEach(line => line.classList.add("told")))
  box.addEventListener("mouseleave", () => lines.forEach(line => line.classList.remove("told")))
})
