// Light, dark, or as the device says. Loaded before the page is drawn, so that it never flashes.

const KEY = "theme";

function apply(theme) {
  if (theme === "light" || theme === "dark") document.documentElement.dataset.theme = theme;
  else delete document.documentElement.dataset.theme;
}

apply(localStorage.getItem(KEY));

document.addEventListener("DOMContentLoaded", () => {
  for (const choice of document.querySelectorAll("input[name=theme]")) {
    choice.checked = choice.value === (localStorage.getItem(KEY) ?? "auto");
    choice.addEventListener("change", () => {
      localStorage.setItem(KEY, choice.value);
      apply(choice.value);
    });
  }
});
