// A form that leads to another page goes when the server is there and its person still logged in. Else the browser's own page about the
// network, or a log-in, would stand where something was typed. (What htmx sends stays on its page anyway.)

import { say } from "lemma/strings.js";

const PATIENCE = 15000; // ms; a phone at the edge of its network
const TYPED = "textarea, input:not([type=hidden])";
const main = document.getElementById("main");

// Why it cannot go now; "" where it can, with a token that holds: who has logged in again in another tab has another one.
async function trouble(form) {
  const options = { cache: "no-store", headers: { "HX-Request": "true" }, signal: AbortSignal.timeout(PATIENCE) };
  const response = await fetch(main.dataset.here, options).catch(() => null);
  if (response?.status === 401) return "logged-out";
  if (!response?.ok) return "unreachable";
  const { person, token } = await response.json();
  if (String(person) !== main.dataset.person) return "another-person";
  form.elements.csrfmiddlewaretoken.value = token;
  return "";
}

function tell(form, name) {
  const line = document.createElement("p");
  line.className = "notice notice-bad unsent";
  line.setAttribute("role", "alert");
  line.textContent = say(name);
  rest();
  form.append(line);
  line.scrollIntoView({ block: "nearest" });
}

async function send(form, submitter) {
  form.dataset.sending = "asks";
  form.setAttribute("aria-busy", "true");
  form.querySelector(":scope > .unsent")?.remove();
  const name = await trouble(form);
  form.dataset.sending = name ? "" : "goes";
  if (name) tell(form, name);
  else form.requestSubmit(submitter);
}

function rest() {
  for (const form of main.querySelectorAll("form[aria-busy]")) form.removeAttribute("aria-busy");
}

const held = (form) => main.contains(form) && form.method === "post" && !form.hasAttribute("hx-post") && form.querySelector(TYPED);

export function bindSending() {
  addEventListener("pageshow", rest);
  document.addEventListener("submit", (event) => {
    const { target: form, submitter } = event;
    if (event.defaultPrevented || !held(form)) return;
    if (form.dataset.sending !== "goes") event.preventDefault();
    if (form.dataset.sending === "goes") form.dataset.sending = "";
    else if (form.dataset.sending !== "asks") send(form, submitter);
  });
}
