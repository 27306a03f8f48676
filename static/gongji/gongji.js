// The little that the counter needs beside htmx: focus after a look-up, removing a row, the next free place, Ctrl+Enter.
"use strict";

document.addEventListener("htmx:configRequest", (event) => {
  const token = document.querySelector("[name=csrfmiddlewaretoken]");
  if (token) event.detail.headers["X-CSRFToken"] = token.value;
});

// A refusal with a fragment (422, 409) is shown like any other answer.
document.addEventListener("htmx:beforeSwap", (event) => {
  if ([409, 422].includes(event.detail.xhr.status)) {
    event.detail.shouldSwap = true;
    event.detail.isError = false;
  }
});

// A server that does not answer is said, wherever it was asked; a hanging one after eight seconds.
const PATIENCE = 8000;
function tell(id, holds) {
  const box = document.getElementById(id);
  if (!box) return;
  box.hidden = !holds;
  if (holds) box.scrollIntoView({ block: "nearest" });
}
const offline = (holds) => tell("gj-offline", holds);
const signedOut = (holds) => tell("gj-signed-out", holds);
document.addEventListener("htmx:configRequest", (event) => {
  event.detail.timeout = PATIENCE;
});
for (const failure of ["htmx:sendError", "htmx:timeout"]) {
  document.addEventListener(failure, (event) => {
    delete event.detail.elt?.dataset?.asked; // the same number may be asked again
    offline(true);
  });
}
document.addEventListener("htmx:afterRequest", (event) => {
  if (event.detail.xhr.status === 401) delete event.detail.elt?.dataset?.asked;
  if (event.detail.xhr.status > 0) signedOut(event.detail.xhr.status === 401);
  if (event.detail.successful) offline(false);
});

document.addEventListener("htmx:afterSettle", (event) => {
  const target = document.querySelector("[data-focus]");
  if (target) {
    target.removeAttribute("data-focus");
    target.focus();
  }
});

document.addEventListener("DOMContentLoaded", () => {
  const target = document.querySelector("[data-focus]") || document.querySelector("[autofocus]");
  if (target) {
    target.removeAttribute("data-focus");
    target.focus();
  }
});

// Once for each value: leaving the field after Enter asks nothing again.
function lookUp(field) {
  if (!field.isConnected || !field.value.trim() || field.dataset.asked === field.value) return;
  field.dataset.asked = field.value;
  field.dispatchEvent(new Event("look-up", { bubbles: true }));
}

// A relation is chosen by its two digits; the browser's own way steps on when a digit is repeated (55, 77).
let digits = "";
let digitsAt = 0;
function typeCode(select, key) {
  if (Date.now() - digitsAt > 1000) digits = "";
  digitsAt = Date.now();
  digits = (digits + key).slice(-2);
  const option = [...select.options].find((one) => one.value.startsWith(digits));
  if (option && option.value !== select.value) {
    select.value = option.value;
    select.dispatchEvent(new Event("change", { bubbles: true }));
  }
}

// Single keys, where a page names them (aria-keyshortcuts): they go to a field, follow a link or press a button, never
// while something is typed or sent. What decides is left alone for a moment after a page opens: a key struck twice was
// meant for the page before.
const LOOK = 700;
let looked = false;
window.addEventListener("pageshow", () => {
  setTimeout(() => {
    looked = true;
    document.body.dataset.looked = "yes";
  }, LOOK);
});
const TYPED = "input:not([type=checkbox]):not([type=radio]), select, textarea, [contenteditable]";
function pressKey(event) {
  if (event.ctrlKey || event.altKey || event.metaKey || event.repeat || event.target.matches?.(TYPED)) return;
  const target = document.querySelector(`[aria-keyshortcuts="${CSS.escape(event.key.toLowerCase())}"]`);
  if (!target || document.querySelector("form[data-sent]") || target.matches("[data-decides]") && !looked) return;
  event.preventDefault();
  target.matches(TYPED) ? target.focus() : target.click();
}
document.addEventListener("keydown", (event) => {
  if (event.key.length === 1) pressKey(event);
});
document.addEventListener("change", (event) => {
  const all = event.target;
  if (!all.matches("[data-choose-all]")) return;
  all.form.querySelectorAll("input[name=chosen]").forEach((box) => (box.checked = all.checked));
});
document.addEventListener("click", (event) => {
  const ready = event.target.closest("[data-fills]");
  if (!ready) return;
  const field = document.getElementById(ready.dataset.fills);
  field.value = ready.dataset.text;
  field.focus();
});

document.addEventListener("keydown", (event) => {
  const field = event.target;
  if (event.key === "Enter" && (event.ctrlKey || event.metaKey)) {
    const button = document.querySelector("[data-main-action]");
    if (button) {
      event.preventDefault();
      if (looked || !button.matches("[data-decides]")) button.click();
    }
    return;
  }
  if (/^[0-9]$/.test(event.key) && field.matches?.(".gj-family select, .gj-correction select")) {
    event.preventDefault();
    typeCode(field, event.key);
    return;
  }
  if (event.key === "Enter" && field.matches && field.matches("[data-look-up]")) {
    event.preventDefault(); // Enter looks the person up, it does not send the form
    lookUp(field);
    return;
  }
  if (event.key === "Enter" && field.closest?.(".gj-family") && field.matches("input, select")) {
    event.preventDefault(); // Enter goes on to the next member
    field.closest("tr").nextElementSibling?.querySelector("[data-look-up], select")?.focus();
    return;
  }
});

document.addEventListener("change", (event) => {
  const box = event.target;
  if (box.matches("[data-look-up]")) return lookUp(box);
  if (!box.matches(".shares-box") || !box.checked) return;
  const rank = box.closest("tr").querySelector(".rank-field");
  if (rank && !rank.value) {
    const taken = [...document.querySelectorAll(".gj-family tr")]
      .filter((row) => row.querySelector(".shares-box:checked"))
      .map((row) => Number(row.querySelector(".rank-field")?.value || 0));
    rank.value = Math.max(1, ...taken) + 1;
  }
});

document.addEventListener("click", (event) => {
  const remove = event.target.closest("[data-remove-row]");
  if (remove) {
    const row = remove.closest("tr");
    const next = row.nextElementSibling || row.previousElementSibling;
    row.remove();
    next?.querySelector("input, select")?.focus();
    document.body.dispatchEvent(new Event("family-changed"));
  }
});

// A second click, while the first is on its way, does nothing. The server is asked whether it is there before the
// page is left: the browser's own page for a dead one would take what was typed with it.
document.addEventListener("submit", async (event) => {
  const form = event.target;
  if (!form.closest("#gj-main")) return; // signing in and out, and the admin's own pages
  if (event.defaultPrevented || form.method !== "post" || form.target === "_blank" || form.hasAttribute("hx-post") && !form.action) return;
  if (form.dataset.sent === "yes") return event.preventDefault();
  if (form.dataset.sent === "go") {
    form.dataset.sent = "yes";
    return;
  }
  event.preventDefault();
  form.dataset.sent = "yes";
  if (!(await isThere())) return delete form.dataset.sent;
  form.dataset.sent = "go";
  form.requestSubmit(event.submitter);
});
async function isThere() {
  let status = 0;
  try {
    const asked = { cache: "no-store", headers: { "X-Requested-With": "fetch" }, signal: AbortSignal.timeout(PATIENCE) };
    status = (await fetch("/signed-in/", asked)).status;
  } catch {
    // no answer is an answer
  }
  signedOut(status === 401);
  offline(status !== 401 && status !== 204);
  return status === 204;
}
window.addEventListener("pageshow", () => {
  document.querySelectorAll("form[data-sent]").forEach((form) => delete form.dataset.sent);
});

// The admin's own script looks for a box beside every file field to write the name into, and breaks without one.
document.addEventListener("change", (event) => {
  if (event.target.matches(".gj input[type=file]")) event.stopPropagation();
}, true);
