/* Keyboard and small comforts. Every page works without this file.
   "/" search, j k move, o open, a the first button of the row, x its second,
   y n yes and no where a row asks whether, ? help. */
(() => {
  "use strict";
  const rows = () => [...document.querySelectorAll("[data-row]")];
  let current = -1;

  function go(step) {
    const all = rows();
    if (!all.length) return;
    all[current]?.classList.remove("current");
    current = Math.min(Math.max(current + step, 0), all.length - 1);
    all[current].classList.add("current");
    all[current].scrollIntoView({ block: "nearest" });
    all[current].querySelector("a, button")?.focus({ preventScroll: true });
  }

  const press = (selector) => rows()[Math.max(current, 0)]?.querySelector(selector)?.click();
  const keys = {
    "/": () => document.querySelector("[data-search]")?.focus(),
    j: () => go(1),
    k: () => go(-1),
    o: () => press("a[href]"),
    a: () => press("[data-key=a]"),
    x: () => press("[data-key=x]"),
    y: () => press("[data-key=y]"),
    n: () => press("[data-key=n]"),
    "?": () => document.querySelector("#keys")?.showModal(),
  };

  document.addEventListener("keydown", (event) => {
    const typing = event.target.closest("input, textarea, select, dialog[open]");
    if (typing || event.ctrlKey || event.metaKey || event.altKey || !keys[event.key]) return;
    event.preventDefault();
    keys[event.key]();
  });

  document.addEventListener("click", (event) => {
    const copy = event.target.closest("[data-copy]");
    if (copy) {
      navigator.clipboard?.writeText(document.getElementById(copy.dataset.copy).value);
      copy.textContent = copy.dataset.done;
    }
    if (event.target.closest("[data-print]")) window.print();
    const sound = event.target.closest("[data-sound]");
    if (sound) {
      audio = new AudioContext();
      sound.disabled = true;
      sound.textContent = sound.dataset.done;
    }
  });

  /* A button that says to how many places it publishes keeps count. */
  document.addEventListener("change", (event) => {
    const button = event.target.form?.querySelector("[data-says]");
    if (!button || event.target.name !== button.dataset.saysOf) return;
    const chosen = event.target.form.querySelectorAll(`[name="${button.dataset.saysOf}"]:checked`).length;
    button.textContent = button.dataset.says.replace("%(n)d", chosen);
  });

  /* One action of one form is sent once. */
  document.addEventListener("submit", (event) => {
    if (event.defaultPrevented) return;
    setTimeout(() => event.target.querySelectorAll("button").forEach((button) => { button.disabled = true; }), 0);
  });

  /* The tab's title carries the count; grave news sounds once the person has allowed it. */
  let audio = null;
  const title = document.title;
  let grave = null;
  function live() {
    const state = document.querySelector("[data-count]");
    if (!state) return;
    const count = Number(state.dataset.count);
    document.title = count ? `(${count}) ${title}` : title;
    const now = Number(state.dataset.grave);
    if (audio && grave !== null && now > grave) beep();
    grave = now;
  }

  function beep() {
    const tone = audio.createOscillator();
    tone.connect(audio.destination);
    tone.frequency.value = 660;
    tone.start();
    tone.stop(audio.currentTime + 0.6);
  }

  /* A poll is no activity; whoever writes a long text without sending anything is there all the same. */
  let typed = false;
  ["keydown", "pointerdown"].forEach((name) => document.addEventListener(name, (event) => { typed ||= event.isTrusted; }));
  document.addEventListener("htmx:configRequest", (event) => {
    if (typed) event.detail.headers["X-Huiying-Typed"] = "1";
    typed = false;
  });

  live();
  document.addEventListener("htmx:afterSettle", live);
  const offline = (gone) => { const note = document.querySelector("#offline"); if (note) note.hidden = !gone; };
  document.addEventListener("htmx:sendError", () => offline(true));
  document.addEventListener("htmx:responseError", () => offline(true));
  document.addEventListener("htmx:afterRequest", (event) => { if (event.detail.successful) offline(false); });
})();
