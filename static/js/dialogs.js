// Dialogs and menus. [data-open="id"] opens a dialog, [data-close] closes the one around it; a menu (details.menu) closes on
// Escape, on a click outside of it, and when focus leaves it.

export function openDialog(id) {
  document.getElementById(id).showModal();
}

document.addEventListener("click", (event) => {
  const opener = event.target.closest("[data-open]");
  opener?.closest("details.menu")?.querySelector("summary").focus(); // where the focus comes back to: the menu is closed by then
  if (opener) openDialog(opener.dataset.open);
  if (event.target.closest("[data-close]") || event.target.matches("dialog")) event.target.closest("dialog").close();
  closeMenus((menu) => !menu.contains(event.target) || event.target.closest(".menu-items"));
});

addEventListener("keydown", (event) => {
  const menu = event.target.closest?.("details.menu[open]");
  if (event.key !== "Escape" || !menu) return;
  event.preventDefault(); // used up: it stops nothing
  menu.open = false;
  menu.querySelector("summary").focus();
});

addEventListener("focusin", (event) => closeMenus((menu) => !menu.contains(event.target)));

function closeMenus(which) {
  for (const menu of document.querySelectorAll("details.menu[open]")) if (which(menu)) menu.open = false;
}
