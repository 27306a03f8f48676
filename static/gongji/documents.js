// The papers of a case: sent one by one, so that each gets its own answer and a large photograph does not hold up
// the others; looked at in a panel as wide as the page. Without this script the form and the links work all the same.
"use strict";

const drops = () => document.querySelector("[data-drop]");

// Before the page's own listener, which would send the form as a whole.
document.addEventListener("submit", (event) => {
  const form = event.target;
  if (!form.matches("[data-upload]")) return;
  event.preventDefault();
  event.stopImmediatePropagation();
  if (form.dataset.sent !== "yes") sendAll(form);
}, true);

async function sendAll(form) {
  const chosen = form.querySelector("[type=file]");
  const fields = [...new FormData(form)].filter(([name]) => name !== "files");
  const refusals = [];
  let panel = "";
  form.dataset.sent = "yes";
  for (const [index, file] of [...chosen.files].entries()) {
    form.querySelector("[data-progress]").textContent =
      `${form.dataset.sending} ${index + 1} / ${chosen.files.length} ${file.name}`;
    if (file.size > Number(form.dataset.mostBytes)) {
      refusals.push(refusal(file.name, form.dataset.tooLarge));
      continue;
    }
    const answer = await sendOne(form.action, fields, file);
    if (!answer) break; // said by the page; what was chosen stays chosen
    panel = answer;
    refusals.push(...answer.querySelectorAll(".gj-refusals > li"));
  }
  delete form.dataset.sent;
  form.querySelector("[data-progress]").textContent = "";
  show(panel, refusals);
}

async function sendOne(address, fields, file) {
  const body = new FormData();
  fields.forEach(([name, value]) => body.append(name, value));
  body.append("files", file);
  let status = 0;
  try {
    const response = await fetch(address, { method: "POST", body, headers: { "X-Requested-With": "fetch" } });
    status = response.status;
    if ([200, 422].includes(status)) {
      offline(false);
      return new DOMParser().parseFromString(await response.text(), "text/html").getElementById("documents");
    }
  } catch {
    // no answer is an answer
  }
  signedOut(status === 401);
  offline(status !== 401);
  return null;
}

function refusal(name, why) {
  const line = document.createElement("li");
  line.className = "gj-note fail";
  const strong = document.createElement("b");
  strong.textContent = name;
  line.append(strong, ` ${why}`);
  return line;
}

// The newest panel in the place of the old one, with what was refused on the way.
function show(panel, refusals) {
  const old = document.getElementById("documents");
  if (panel) old.replaceWith(document.adoptNode(panel));
  const now = document.getElementById("documents");
  now.querySelector(".gj-refusals").replaceChildren(...refusals.map((one) => document.adoptNode(one)));
  (now.querySelector("#document-kind") || now.querySelector("summary"))?.focus();
}

document.addEventListener("dragover", (event) => {
  if (!drops()?.contains(event.target)) return;
  event.preventDefault();
  drops().classList.add("over");
});
document.addEventListener("dragleave", (event) => {
  if (!drops()?.contains(event.relatedTarget)) drops()?.classList.remove("over");
});
document.addEventListener("drop", (event) => {
  if (!drops()?.contains(event.target)) return;
  event.preventDefault();
  drops().classList.remove("over");
  const chosen = drops().querySelector("#document-files");
  chosen.files = event.dataTransfer.files;
  chosen.form.querySelector("button").focus(); // kind and person are looked at before it is kept for good
});

document.addEventListener("click", (event) => {
  const asked = event.target.closest("[data-ask-kind]");
  if (asked) return choose(asked.dataset.askKind, asked.dataset.askPerson);
  const link = event.target.closest("[data-view]");
  if (link && !event.ctrlKey && !event.metaKey && !event.shiftKey) {
    event.preventDefault();
    return view(link);
  }
  const step = event.target.closest("[data-step]");
  if (step) turn(Number(step.dataset.step));
});

function choose(kind, person) {
  document.getElementById("document-kind").value = kind;
  document.getElementById("document-person").value = person;
  const chosen = document.getElementById("document-files");
  chosen.focus();
  chosen.click();
}

let looking = null;
function view(link) {
  looking = link;
  const viewer = document.querySelector(".gj-viewer");
  const words = link.querySelector("img")?.alt || link.textContent;
  viewer.querySelector("[data-caption]").textContent = words;
  viewer.querySelector("[data-original]").href = link.href;
  const picture = viewer.querySelector(".gj-viewer-picture img");
  picture.src = link.href;
  picture.alt = words;
  if (!viewer.open) viewer.showModal();
}
function turn(step) {
  const links = [...document.querySelectorAll(".gj-thumbnail[data-view]")];
  const at = links.indexOf(looking) + step;
  if (links[at]) view(links[at]);
}
document.addEventListener("keydown", (event) => {
  if (!document.querySelector(".gj-viewer[open]")) return;
  if (event.key === "ArrowLeft") turn(-1);
  if (event.key === "ArrowRight") turn(1);
});
document.addEventListener("close", (event) => {
  if (!event.target.matches?.(".gj-viewer")) return;
  event.target.querySelector(".gj-viewer-picture img").removeAttribute("src");
  looking?.focus();
}, true);
