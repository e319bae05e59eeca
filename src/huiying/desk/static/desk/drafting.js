/* Drafting and review. Every page works without this file: what a press puts in here at once, the server puts in
   otherwise. */
(() => {
  "use strict";
  const into = document.getElementById("into");
  const boxes = [...document.querySelectorAll("textarea[data-into]")];
  const box = (code) => boxes.find((one) => one.dataset.into === code);

  /* The place that was written in last is the place where the next sentence goes. */
  boxes.forEach((one) => {
    one.addEventListener("focus", () => {
      if (into) into.value = one.dataset.into;
      show();
    });
  });
  function show() {
    document.querySelectorAll("details[data-for]").forEach((one) => { one.open = one.dataset.for === into.value; });
  }
  into?.addEventListener("change", show);

  document.addEventListener("click", (event) => {
    const press = event.target.closest("button[data-text]");
    if (!press) return;
    const area = box(press.dataset.target || into.value);
    if (!area) return;
    event.preventDefault();
    const before = area.value.slice(0, area.selectionEnd);
    const after = area.value.slice(area.selectionEnd);
    const glue = before && !before.endsWith("\n") ? "\n" : "";
    area.value = before + glue + press.dataset.text + after;
    const field = area.closest("details");
    if (field) field.open = true;
    for (const name of ["template", "machine"]) {
      const hidden = document.getElementById(`id_${name}`);
      if (hidden && press.dataset[name]) hidden.value = press.dataset[name];
    }
    area.focus();
    area.selectionStart = area.selectionEnd = (before + glue + press.dataset.text).length;
    area.scrollIntoView({ block: "center" });
    area.dispatchEvent(new Event("input", { bubbles: true }));
  });

  /* How long it is, and where a microblog folds. */
  boxes.filter((one) => one.dataset.count !== undefined).forEach((one) => {
    const note = document.createElement("p");
    note.className = "help";
    note.setAttribute("role", "status");
    one.after(note);
    const most = Number(one.dataset.count);
    const count = () => {
      const n = [...one.value].length;
      note.textContent = most ? `${n} / ${most}` : n ? String(n) : "";
      note.classList.toggle("bad", Boolean(most) && n > most);
    };
    one.addEventListener("input", count);
    count();
  });

  /* Listen to the text with a voice of this machine. Voices of an outside host are never used; without one there is no
     button. */
  const listen = document.querySelector("[data-listen]");
  const speech = window.speechSynthesis;
  function voice() {
    return speech?.getVoices().find((one) => one.localService && one.lang.toLowerCase().startsWith("zh"));
  }
  function offer() { if (listen && voice()) listen.hidden = false; }
  if (listen && speech) {
    offer();
    speech.addEventListener?.("voiceschanged", offer);
    listen.addEventListener("click", () => {
      if (speech.speaking) {
        speech.cancel();
        listen.textContent = listen.dataset.play;
        return;
      }
      const parts = [...document.querySelectorAll("[data-said]")].map((one) => one.textContent.trim()).filter(Boolean);
      parts.forEach((text, place) => {
        const said = new SpeechSynthesisUtterance(text);
        said.voice = voice();
        said.lang = said.voice.lang;
        if (place === parts.length - 1) said.onend = () => { listen.textContent = listen.dataset.play; };
        speech.speak(said);
      });
      listen.textContent = listen.dataset.stop;
    });
    window.addEventListener("pagehide", () => speech.cancel());
  }
})();
