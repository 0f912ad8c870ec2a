// Comfort only: whatever the pages say and do, they say and do without this.
"use strict";

async function copy(element) {
  try {
    await navigator.clipboard.writeText(element.textContent);
    return true;
  } catch {
    // Over plain http, as in an office network, there is no clipboard: select, and copy as by hand.
    getSelection().selectAllChildren(element);
    return document.execCommand("copy");
  }
}

for (const button of document.querySelectorAll("button[data-copy]")) {
  button.hidden = false;
  button.addEventListener("click", async () => {
    const done = await copy(document.getElementById(button.dataset.copy));
    button.nextElementSibling.textContent = done ? "已复制" : "已选中，请按 Ctrl+C";
  });
}
