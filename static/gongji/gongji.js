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

document.addEventListener("htmx:sendError", () => {
  const box = document.getElementById("gj-offline");
  if (box) box.hidden = false;
});

document.addEventListener("htmx:afterRequest", (event) => {
  const box = document.getElementById("gj-offline");
  if (box && event.detail.successful) box.hidden = true;
});

document.addEventListener("htmx:afterSettle", (event) => {
  const target = document.querySelector("[data-focus]");
  if (target) {
    target.removeAttribute("data-focus");
    target.focus();
  }
});

document.addEventListener("DOMContentLoaded", () => {
  const target = document.querySelector("[data-focus]");
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

document.addEventListener("keydown", (event) => {
  const field = event.target;
  if (event.key === "Enter" && (event.ctrlKey || event.metaKey)) {
    const button = document.querySelector("[data-main-action]");
    if (button) {
      event.preventDefault();
      button.click();
    }
    return;
  }
  if (/^[0-9]$/.test(event.key) && field.matches?.(".gj-family select")) {
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

// A second click, while the first is on its way, does nothing.
document.addEventListener("submit", (event) => {
  const form = event.target;
  if (form.method !== "post" || form.target === "_blank") return;
  if (form.dataset.sent) {
    event.preventDefault();
    return;
  }
  form.dataset.sent = "yes";
});
window.addEventListener("pageshow", () => {
  document.querySelectorAll("form[data-sent]").forEach((form) => delete form.dataset.sent);
});
