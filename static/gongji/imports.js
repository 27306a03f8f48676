// The workbench of registration forms: a file dropped anywhere into its frame, and Enter in a choice saves the family.
// Without this script the file field and the button work all the same.
"use strict";

const frame = (event) => event.target.closest?.("[data-drop-file]");
document.addEventListener("dragover", (event) => {
  if (!frame(event)) return;
  event.preventDefault();
  frame(event).classList.add("over");
});
document.addEventListener("dragleave", (event) => {
  if (frame(event) && !frame(event).contains(event.relatedTarget)) frame(event).classList.remove("over");
});
document.addEventListener("drop", (event) => {
  const into = frame(event);
  if (!into) return;
  event.preventDefault();
  into.classList.remove("over");
  into.querySelector("[type=file]").files = event.dataTransfer.files;
  into.querySelector("button").focus(); // Enter loads it
});

document.addEventListener("keydown", (event) => {
  if (event.key !== "Enter" || event.ctrlKey || !event.target.matches(".gj-correction select")) return;
  event.preventDefault();
  event.target.form.requestSubmit();
});
