// The search box for an association's own site: <xiehui-search> around a plain search form.
//
// Without this script the form leads to the result page. With it, what is found is listed while
// one types. The form moves into the shadow tree, beside the list: ids that ARIA looks up do not
// cross its border, and the site's rules for its own inputs and links must not reach the box. It
// stays the same form, and Enter submits it as before.

const WORDS = {
  "zh-Hans": {
    label: "站内检索",
    list: "检索结果",
    answer: "原文摘录",
    file: "文件",
    clause: "条款",
    notice: "通知公告",
    later: "已有更新的版本",
    untitled: "（无标题）",
    found: "找到 {n} 份文件",
    about: "找到约 {n} 份文件",
    none: "没有找到和“{q}”有关的文件，请换一个说法，或用短一点的词",
    offered: "有 {n} 条提示",
    meant: "您是不是要找",
    typed: "仍搜“{q}”",
    all: "查看全部结果",
    contact: "联系我们",
    recent: "最近搜过",
    clear: "清除搜索记录",
    busy: "正在查找……",
    slow: "查找用的时间太长，请按回车到检索页查看",
    unreachable: "现在连不上检索服务，请检查网络，或按回车再试",
    failed: "检索服务暂时不能回答，请稍后再试，或按回车到检索页查看",
    many: "查得太快了，{n} 秒后自动再查",
  },
  "zh-Hant": {
    label: "站內檢索",
    list: "檢索結果",
    answer: "原文摘錄",
    file: "文件",
    clause: "條款",
    notice: "通知公告",
    later: "已有更新的版本",
    untitled: "（無標題）",
    found: "找到 {n} 份文件",
    about: "找到約 {n} 份文件",
    none: "沒有找到和「{q}」有關的文件，請換一個說法，或用短一點的詞",
    offered: "有 {n} 條提示",
    meant: "您是不是要找",
    typed: "仍搜「{q}」",
    all: "查看全部結果",
    contact: "聯絡我們",
    recent: "最近搜過",
    clear: "清除搜尋記錄",
    busy: "正在查找……",
    slow: "查找用的時間太長，請按 Enter 到檢索頁查看",
    unreachable: "現在連不上檢索服務，請檢查網絡，或按 Enter 再試",
    failed: "檢索服務暫時不能回答，請稍後再試，或按 Enter 到檢索頁查看",
    many: "查得太快了，{n} 秒後自動再查",
  },
  en: {
    label: "Search this site",
    list: "Results",
    answer: "Quoted from the document",
    file: "Documents",
    clause: "Clauses",
    notice: "Notices",
    later: "A later edition exists",
    untitled: "(untitled)",
    found: "Documents found: {n}",
    about: "Documents found: about {n}",
    none: "Nothing found for “{q}”. Try other or shorter words.",
    offered: "Suggestions: {n}",
    meant: "Did you mean",
    typed: "Search for “{q}” instead",
    all: "See all results",
    contact: "Contact us",
    recent: "Recent searches",
    clear: "Clear recent searches",
    busy: "Searching…",
    slow: "This takes too long. Press Enter to see the result page.",
    unreachable: "The search service cannot be reached. Check the network, or press Enter.",
    failed: "The search service cannot answer now. Try again later, or press Enter.",
    many: "Too many searches. Trying again in {n} s.",
  },
};

const LIMIT = 6;
const PAUSE_MS = 150;
const RETYPE_MS = 600; // after which an open composition is a keyboard's prediction, not pinyin
const BUSY_MS = 500;
const LATE_MS = 10_000;
const REMEMBERED = 50;
const GAP_PX = 8;
const LEAST_PX = 180; // with less room below, the list may open upward
const WIDE_PX = 420;
const BEFORE = 24; // characters of an excerpt before its first mark
const EXCERPT = 80;
const RECENT = "xiehui-recent";
const RECENT_MOST = 5;

// What the API takes of a form that is also sent to the result page.
const KEPT = [
  "q", "mode", "type", "issuer", "year", "number", "date_from", "date_to", "sort", "as_of",
  "literal", "aliases",
];
const RESPELLED = ["sound", "shape"];
const NOTICES = ["通知", "公告", "通告", "公示", "启事", "通报"];
// Matches 第十二条 and 附件 > 第3条; not 三、会费标准.
const CLAUSE = /第[〇零一二三四五六七八九十百千\d]+条/;
// Matches shi'tang and shi tang, as input methods show them; not food, not 食堂 a.
const UNFINISHED = /[a-z]['’ ]+[a-z]|[a-z]['’]/i;
const BETWEEN_SYLLABLES = /([a-z])['’ ]+(?=[a-z])/gi;
// Matches shitang and xian; not sht, not food.
const INITIALS = "(?:[zcs]h|[bpmfdtnlgkhjqxrzcsyw])?";
const FINALS = [
  "i(?:a(?:ng?|o)?|e|ng?|ong|u)?", "u(?:a(?:i|ng?)?|[eino])?", "v[en]?", "a(?:i|o|ng?)?",
  "e(?:i|r|ng?)?", "o(?:ng|u)?",
].join("|");
const SYLLABLES = new RegExp(`^(?:${INITIALS}(?:${FINALS}))+$`, "i");

const LIGHT = `
  --text: var(--xs-text, #23221e); --soft: var(--xs-soft, #5d5a52);
  --surface: var(--xs-surface, #fffefb); --line: var(--xs-line, #e0dcd1);
  --edge: var(--xs-edge, #8a867b); --accent: var(--xs-accent, #1d4a75);
  --accent-text: var(--xs-accent-text, #fff); --active: var(--xs-active, #e9eff4);
  --mark: var(--xs-mark, #fbe9a8); --mark-text: var(--xs-mark-text, #23221e);
  color-scheme: light;`;
const DARK = `
  --text: var(--xs-text, #e3e0d8); --soft: var(--xs-soft, #b0aca1);
  --surface: var(--xs-surface, #1c1f23); --line: var(--xs-line, #33373d);
  --edge: var(--xs-edge, #787d85); --accent: var(--xs-accent, #9cc3e8);
  --accent-text: var(--xs-accent-text, #10202f); --active: var(--xs-active, #2a3643);
  --mark: var(--xs-mark, #5f4d12); --mark-text: var(--xs-mark-text, #fff6d6);
  color-scheme: dark;`;
// `all: initial` cuts what would be inherited from the site; :host is the site's to place.
const STYLE = `
  :host { display: block; }
  .box {
    all: initial; ${LIGHT}
    display: block; visibility: inherit; direction: ltr; color: var(--text);
    font: 16px/1.6 var(--xs-font, "PingFang SC", "HarmonyOS Sans SC", "Microsoft YaHei",
      "Noto Sans CJK SC", "Source Han Sans SC", "WenQuanYi Micro Hei", system-ui, sans-serif);
    overflow-wrap: anywhere; line-break: strict;
  }
  .box:lang(zh-Hant) {
    font-family: var(--xs-font, "PingFang TC", "Microsoft JhengHei", "Noto Sans CJK TC",
      system-ui, sans-serif);
  }
  @media (prefers-color-scheme: dark) { .box { ${DARK} } }
  .box[data-theme="light"] { ${LIGHT} }
  .box[data-theme="dark"] { ${DARK} }
  * { box-sizing: border-box; }
  form { display: flex; gap: 8px; margin: 0; }
  label, [part="status"] {
    position: absolute; width: 1px; height: 1px; overflow: hidden; clip-path: inset(50%);
    white-space: nowrap;
  }
  [part="input"], [part="button"] {
    min-height: 46px; margin: 0; font: inherit; border-radius: var(--xs-radius, 6px);
  }
  [part="input"] {
    flex: 1; min-width: 0; padding: 0 14px; color: var(--text); background: var(--surface);
    border: 1px solid var(--edge); appearance: none;
  }
  [part="input"]::placeholder { color: var(--soft); opacity: 1; }
  [part="button"] {
    flex: none; min-width: 46px; padding: 0 20px; color: var(--accent-text);
    background: var(--accent); border: 1px solid transparent; cursor: pointer;
  }
  :focus-visible { outline: 3px solid var(--accent); outline-offset: 1px; }
  [part="panel"] {
    position: fixed; z-index: 2147483647; inset: auto; margin: 0; padding: 6px; overflow: hidden;
    display: flex; flex-direction: column; color: var(--text); background: var(--surface);
    border: 1px solid var(--edge); border-radius: var(--xs-radius, 6px);
    box-shadow: 0 8px 24px rgb(0 0 0 / .18);
  }
  [part="list"] { min-height: 0; overflow-y: auto; overscroll-behavior: contain; }
  [hidden] { display: none !important; }
  [part="message"], [part="heading"] { padding: 6px 10px; font-size: 14px; color: var(--soft); }
  [part="message"]:empty { display: none; }
  [part="heading"] { padding-bottom: 2px; }
  [part="option"] {
    display: block; min-height: 44px; padding: 9px 10px; color: inherit; text-decoration: none;
    border-radius: 4px; cursor: pointer; scroll-margin: 6px;
  }
  [part="option"]:hover { background: color-mix(in srgb, var(--active) 60%, transparent); }
  [part="option"][aria-selected="true"] {
    background: var(--active); box-shadow: inset 3px 0 var(--accent);
  }
  [part="group"] + [part="group"] {
    margin-top: 4px; padding-top: 4px; border-top: 1px solid var(--line);
  }
  [part="title"], [part="excerpt"], [part="facts"], [part="quote"], [part="action"] {
    display: block; unicode-bidi: isolate;
  }
  [part="title"] { font-weight: 600; line-height: 1.45; }
  [part="quote"] { margin-bottom: 4px; font-weight: 600; }
  [part="excerpt"], [part="facts"] { font-size: 14px; color: var(--soft); }
  [part="excerpt"] {
    display: -webkit-box; -webkit-box-orient: vertical; -webkit-line-clamp: 2; overflow: hidden;
  }
  [part="facts"] { display: flex; flex-wrap: wrap; gap: 0 1em; }
  [part="fact"] { unicode-bidi: isolate; }
  [part="chip"] {
    display: inline-block; padding: 0 8px; font-size: 13px; font-weight: 400;
    color: var(--mark-text); background: var(--mark); border-radius: 4px;
  }
  [part="action"] { color: var(--accent); }
  mark { color: var(--mark-text); background: var(--mark); border-radius: 2px; }
  @media (forced-colors: active) {
    [part="option"][aria-selected="true"] { outline: 2px solid Highlight; outline-offset: -2px; }
    mark, [part="chip"] { outline: 1px solid; }
  }`;

// Text becomes text nodes and nothing else: no markup is parsed anywhere in this file.
function make(tag, attributes, ...children) {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) element.setAttribute(name, value);
  element.append(...children);
  return element;
}

function part(name, ...children) {
  return make("span", { part: name }, ...children);
}

// Words of a document, whatever the language of the page.
function quoted(name, ...children) {
  return make("span", { part: name, lang: "zh-Hans" }, ...children);
}

function languageOf(element) {
  const asked = (element.closest("[lang]")?.lang ?? "").toLowerCase();
  if (/^zh\b.*-(?:hant|tw|hk|mo)\b/.test(asked)) return "zh-Hant";
  return /^en\b/.test(asked) ? "en" : "zh-Hans";
}

// An address that may be followed, or null: http or https, whatever `text` says.
function addressOf(text, base) {
  try {
    const address = new URL(text, base);
    return text && /^https?:$/.test(address.protocol) ? address : null;
  } catch {
    return null;
  }
}

// 2024-06-25 in words, as precise as it is given.
function dateIn(language, date) {
  const known = /^(\d{4})(?:-(\d\d))?(?:-(\d\d))?$/.exec(date ?? "");
  if (!known) return date ?? "";
  const [, year, month, day] = known;
  const style = { timeZone: "UTC", year: "numeric" };
  if (month) style.month = "long";
  if (day) style.day = "numeric";
  const moment = Date.UTC(year, (month ?? 1) - 1, day ?? 1);
  return new Intl.DateTimeFormat(language, style).format(moment);
}

// The part of a passage around its first mark, with <mark> elements. Marks count code points, as
// the service does; JavaScript's own count takes 𠮷 for two.
function excerptOf(text, marks) {
  const points = [...text];
  const sorted = [...marks].sort((a, b) => a[0] - b[0]);
  const first = sorted.length ? sorted[0][0] : 0;
  const earliest = Math.max(0, first - BEFORE);
  let start = first;
  while (start > earliest && !/[。！？；\n]/.test(points[start - 1])) start -= 1;
  const end = Math.min(points.length, start + EXCERPT);
  const pieces = [start > 0 ? "…" : ""];
  let at = start;
  for (const [from, to] of sorted) {
    if (from < at || from >= end) continue;
    pieces.push(points.slice(at, from).join(""));
    at = Math.min(to, end);
    pieces.push(make("mark", {}, points.slice(from, at).join("")));
  }
  pieces.push(points.slice(at, end).join(""), end < points.length ? "…" : "");
  return pieces.filter((piece) => piece !== "");
}

// Newest first. Lines of text, not JSON: some old libraries change how arrays are written.
function recentSearches() {
  try {
    return (localStorage.getItem(RECENT) ?? "").split("\n").filter((text) => text !== "");
  } catch {
    return []; // the browser keeps nothing
  }
}

function keepRecent(texts) {
  try {
    if (texts.length) localStorage.setItem(RECENT, texts.slice(0, RECENT_MOST).join("\n"));
    else localStorage.removeItem(RECENT);
  } catch {
    // nothing is kept, and nothing depends on it
  }
}

function secondsOf(header) {
  return Math.max(1, Math.ceil(Number(header) || (Date.parse(header) - Date.now()) / 1000 || 5));
}

class Failure extends Error {}

class XiehuiSearch extends HTMLElement {
  #form = null;
  #input;
  #box;
  #panel;
  #message;
  #list;
  #status;
  #words;
  #language;
  #options = [];
  #active = -1;
  #timer;
  #asked = null; // the request on its way
  #answers = new Map(); // by address, in this page only
  #quietUntil = 0;
  #composing = false;
  #justComposed = false;
  #present; // listeners outside the box while it is in the page
  #open; // and while its list is open

  connectedCallback() {
    // A box that is still being parsed has no form yet.
    if (document.readyState !== "loading") this.#arrive();
    else {
      const whole = () => this.isConnected && this.#arrive();
      document.addEventListener("DOMContentLoaded", whole, { once: true });
    }
  }

  disconnectedCallback() {
    this.#present?.abort();
    this.#forget();
  }

  #arrive() {
    if (!this.#form && !this.#upgrade()) return;
    this.#present?.abort();
    this.#present = new AbortController();
    const { signal } = this.#present;
    this.#followTheme(signal);
    if (this.#hasShortcuts()) {
      // On the window, so that the page's own shortcuts come first.
      window.addEventListener("keydown", (event) => this.#shortcut(event), { signal });
    }
  }

  // Takes the form in and builds the list beside it; false where there is no form to help.
  #upgrade() {
    const form = this.querySelector("form");
    const input = form?.querySelector('input[type="search"], input[name="q"]');
    if (!input) return false;
    this.#form = form;
    this.#input = input;
    this.#language = languageOf(this);
    this.#words = { ...WORDS[this.#language], ...this.#ownWords() };
    this.#build();
    const focused = this.getRootNode().activeElement === input;
    const { selectionStart, selectionEnd } = input;
    this.#box.prepend(form);
    if (focused) {
      input.focus();
      input.setSelectionRange(selectionStart, selectionEnd);
    }
    this.#listen();
    return true;
  }

  // Words of the site's own choice, from a JSON block inside the element.
  #ownWords() {
    const block = this.querySelector('script[type="application/json"]');
    try {
      return block ? JSON.parse(block.textContent) : {};
    } catch {
      console.warn("xiehui-search: the JSON block inside the element cannot be read");
      return {};
    }
  }

  #build() {
    this.#message = make("div", { part: "message" });
    const list = { part: "list", role: "listbox", id: "list", "aria-label": this.#words.list };
    this.#list = make("div", list);
    const panel = { part: "panel", popover: "manual", hidden: "" };
    this.#panel = make("div", panel, this.#message, this.#list);
    this.#status = make("div", { part: "status", role: "status" });
    this.#box = make("div", { class: "box", lang: this.#language }, this.#panel, this.#status);
    const sheet = new CSSStyleSheet();
    sheet.replaceSync(STYLE);
    const root = this.attachShadow({ mode: "open" });
    root.adoptedStyleSheets = [sheet];
    root.append(this.#box);
    const attributes = {
      part: "input",
      role: "combobox",
      autocomplete: "off",
      autocapitalize: "off",
      autocorrect: "off",
      spellcheck: "false",
      enterkeyhint: "search",
      "aria-autocomplete": "list",
      "aria-controls": "list",
      "aria-expanded": "false",
    };
    if (this.#hasShortcuts()) attributes["aria-keyshortcuts"] = "/ Control+K";
    for (const [name, value] of Object.entries(attributes)) this.#input.setAttribute(name, value);
    if (!this.#input.labels.length && !this.#input.hasAttribute("aria-label")) {
      this.#input.setAttribute("aria-label", this.#words.label);
    }
    this.#form.setAttribute("part", "form");
    const button = this.#form.querySelector('button, input[type="submit"]');
    button?.setAttribute("part", "button");
  }

  #hasShortcuts() {
    return this.getAttribute("shortcuts") !== "off";
  }

  #followTheme(signal) {
    const follow = () => {
      this.#box.dataset.theme = this.closest("[data-theme]")?.dataset.theme ?? "";
    };
    const observer = new MutationObserver(follow);
    observer.observe(document, { subtree: true, attributeFilter: ["data-theme"] });
    signal.addEventListener("abort", () => observer.disconnect());
    follow();
  }

  #listen() {
    const input = this.#input;
    input.addEventListener("compositionstart", () => {
      this.#composing = true;
      clearTimeout(this.#timer);
    });
    input.addEventListener("compositionend", () => {
      this.#composing = false;
      // Safari tells of the key that ended the composition only now.
      this.#justComposed = true;
      setTimeout(() => { this.#justComposed = false; });
      this.#later();
    });
    input.addEventListener("input", () => {
      this.#choose(-1); // what was chosen was for other words
      this.#later();
    });
    input.addEventListener("keydown", (event) => this.#key(event));
    input.addEventListener("focus", () => this.#offerRecent());
    input.addEventListener("blur", () => this.#close());
    this.#form.addEventListener("submit", () => {
      this.#keep();
      this.#forget();
    });
    // The focus stays where one types.
    this.#panel.addEventListener("mousedown", (event) => event.preventDefault());
  }

  // --- Asking ---------------------------------------------------------------------------------

  // Searches when typing pauses. An input method's letters are not asked about until it is done.
  #later() {
    clearTimeout(this.#timer);
    const text = this.#input.value;
    if (!this.#composing) {
      this.#wait(PAUSE_MS, () => this.#search());
    } else if (this.getAttribute("compose") === "pinyin") {
      const joined = text.replace(BETWEEN_SYLLABLES, "$1");
      const typed = /[a-z]{2,}$/i.exec(joined);
      if (typed && SYLLABLES.test(typed[0])) this.#wait(PAUSE_MS, () => this.#suggest(joined));
    } else if (!UNFINISHED.test(text)) {
      this.#wait(RETYPE_MS, () => this.#search());
    }
  }

  #wait(milliseconds, then) {
    clearTimeout(this.#timer);
    this.#timer = setTimeout(then, milliseconds);
  }

  #search(literal) {
    const text = this.#input.value.trim();
    if (text === "" || /^[a-z]$/i.test(text)) {
      this.#forget();
      this.#offerRecent();
      return;
    }
    const params = this.#params(text, literal);
    const show = (found) => this.#showFound(text, params, found);
    this.#ask("v1/search", { ...params, limit: LIMIT }, show);
  }

  #suggest(text) {
    this.#ask("v1/suggest", { q: text }, ({ suggestions }) => {
      const options = suggestions.map((found) => this.#fill(found.text));
      this.#show("", [["", options]]);
      this.#say(options.length ? this.#word("offered", { n: options.length }) : "");
    });
  }

  // What the form would send, as far as the service knows it.
  #params(text, literal) {
    const sent = new FormData(this.#form);
    const params = {};
    for (const name of KEPT) if (sent.get(name)) params[name] = sent.get(name);
    params.q = text;
    if (literal) params.literal = literal;
    return params;
  }

  // Where the service is: the address that the form leads to.
  #base() {
    const action = new URL(this.#form.getAttribute("action") ?? "", this.baseURI);
    action.search = action.hash = "";
    if (!action.pathname.endsWith("/")) action.pathname += "/";
    return action;
  }

  #address(path, params) {
    const address = new URL(path, this.#base());
    address.search = new URLSearchParams(params);
    return address.href;
  }

  async #ask(path, params, show) {
    this.#stop();
    const address = this.#address(path, params);
    const known = this.#answers.get(address);
    if (known) {
      show(known);
      return;
    }
    const quiet = this.#quietUntil - Date.now();
    if (quiet > 0) {
      this.#wait(quiet, () => this.#later());
      return;
    }
    const asked = new AbortController();
    this.#asked = asked;
    this.#list.setAttribute("aria-busy", "true");
    const busy = setTimeout(() => this.#tell(this.#words.busy), BUSY_MS);
    const late = setTimeout(() => asked.abort(), LATE_MS);
    try {
      const found = await this.#fetch(address, asked.signal);
      if (this.#asked !== asked) return;
      this.#remember(address, found);
      show(found);
    } catch (error) {
      if (this.#asked === asked) this.#fail(error, asked.signal.aborted);
    } finally {
      clearTimeout(busy);
      clearTimeout(late);
      if (this.#asked === asked) this.#stop();
    }
  }

  async #fetch(address, signal) {
    let answer;
    try {
      // Only on the service's own pages does it know who asks.
      const options = { credentials: "same-origin", referrerPolicy: "no-referrer" };
      answer = await fetch(address, { signal, ...options });
    } catch {
      throw new Failure(this.#words.unreachable);
    }
    if (answer.status === 429) {
      const n = secondsOf(answer.headers.get("Retry-After"));
      this.#quietUntil = Date.now() + n * 1000;
      this.#wait(n * 1000, () => this.#later());
      throw new Failure(this.#word("many", { n }));
    }
    if (!answer.ok) throw new Failure(this.#words.failed);
    return answer.json();
  }

  #remember(address, found) {
    if (this.#answers.size >= REMEMBERED) this.#answers.delete(this.#answers.keys().next().value);
    this.#answers.set(address, found);
  }

  #fail(error, late) {
    const told = error instanceof Failure ? error.message : this.#words.failed;
    this.#show(late ? this.#words.slow : told, []);
    this.#say(this.#message.textContent);
  }

  #stop() {
    this.#asked?.abort();
    this.#asked = null;
    this.#list?.removeAttribute("aria-busy");
  }

  #forget() {
    clearTimeout(this.#timer);
    this.#stop();
    this.#close();
    if (this.#list) this.#fillList("", []);
  }

  // --- Showing --------------------------------------------------------------------------------

  #word(name, values) {
    return this.#words[name].replace(/\{(\w)\}/g, (_, key) => {
      const value = values[key];
      const isNumber = typeof value === "number";
      return isNumber ? new Intl.NumberFormat(this.#language).format(value) : value;
    });
  }

  #showFound(text, params, found) {
    const { hits, total, notice } = found;
    const none = this.#word("none", { q: text });
    const count = this.#word(found.total_is_exact ? "found" : "about", { n: total });
    const told = hits.length ? [notice] : [notice, none];
    this.#show(told.filter(Boolean).join("；"), this.#groups(text, params, found));
    this.#say(hits.length ? count : none);
  }

  // What is offered, as [name of the group or "", its options], in the order shown.
  #groups(text, params, found) {
    const { hits, suggestions } = found;
    const typed = found.query.understood.filter(({ kind }) => RESPELLED.includes(kind));
    const groups = [
      ["", typed.length ? [this.#asTyped(text, params, typed)] : []],
      [this.#words.answer, found.answer ? [this.#quote(found)] : []],
    ];
    for (const kind of new Set(hits.map(kindOf))) {
      const those = hits.filter((hit) => kindOf(hit) === kind);
      groups.push([this.#words[kind], those.map((hit) => this.#hit(hit))]);
    }
    groups.push([this.#words.meant, suggestions.map((each) => this.#fill(each))]);
    const contact = addressOf(this.getAttribute("contact"), this.baseURI);
    if (hits.length) groups.push(["", [this.#way(this.#address("", params), "all")]]);
    else if (contact) groups.push(["", [this.#way(contact.href, "contact")]]);
    return groups;
  }

  #way(href, word) {
    return this.#link(href, part("action", this.#words[word]));
  }

  #hit(hit) {
    const passage = hit.passages[0];
    const content = [quoted("title", hit.title || hit.source || this.#words.untitled)];
    content.push(...this.#chip(hit));
    content.push(this.#facts(hit.number, dateIn(this.#language, hit.date), passage?.address));
    if (passage) content.push(quoted("excerpt", ...excerptOf(passage.text, passage.marks)));
    return this.#link(this.#pageOf(hit, passage?.passage_id), ...content);
  }

  #quote({ answer, hits }) {
    const hit = hits.find((each) => each.document_id === answer.document_id);
    const date = dateIn(this.#language, hit.date);
    return this.#link(
      this.#pageOf(hit, answer.passage_id),
      quoted("quote", answer.quote),
      ...this.#chip(hit),
      this.#facts(hit.title, hit.number, date, answer.address),
    );
  }

  #chip(hit) {
    return hit.superseded ? [part("chip", this.#words.later)] : [];
  }

  #facts(...facts) {
    const known = facts.filter((fact) => fact);
    return part("facts", ...known.flatMap((fact) => [part("fact", fact), " "]));
  }

  // Our page of a document, at the passage; where it was taken from is told there.
  #pageOf(hit, passage) {
    const path = `documents/${encodeURIComponent(hit.document_id)}`;
    const page = this.#address(path, passage === undefined ? {} : { passage });
    return passage === undefined ? page : `${page}#passage`;
  }

  // Every option is a link, so that it can be opened in a new tab like any other.
  #link(href, ...content) {
    const attributes = { href, part: "option", role: "option", tabindex: "-1" };
    if (this.#form.hasAttribute("target")) attributes.target = this.#form.getAttribute("target");
    const option = make("a", { ...attributes, referrerpolicy: "no-referrer" }, ...content);
    option.addEventListener("click", () => this.#keep());
    return option;
  }

  // An option that searches for something else, here; in a new tab it is that search's page.
  #again(params, text, content) {
    const option = this.#link(this.#address("", params), content);
    option.addEventListener("click", (event) => {
      if (event.ctrlKey || event.metaKey || event.shiftKey) return;
      event.preventDefault();
      this.#composing = false;
      this.#input.value = text;
      this.#input.focus();
      this.#search(params.literal);
    });
    return option;
  }

  #fill(text) {
    const params = this.#params(text);
    delete params.literal; // it was said of the former words
    return this.#again(params, text, quoted("title", text));
  }

  #asTyped(text, params, typed) {
    const literal = [params.literal, ...typed.map((item) => item.text)].filter(Boolean).join("|");
    const words = this.#word("typed", { q: typed.map((item) => item.text).join(" ") });
    return this.#again({ ...params, literal }, text, part("action", words));
  }

  #offerRecent() {
    const texts = this.hasAttribute("recent") ? recentSearches() : [];
    if (!texts.length || this.#input.value.trim()) return;
    const clear = this.#again({}, "", part("action", this.#words.clear));
    clear.addEventListener("click", () => {
      keepRecent([]);
      this.#forget();
    });
    this.#show("", [[this.#words.recent, texts.map((text) => this.#fill(text))], ["", [clear]]]);
  }

  #keep() {
    const text = this.#input.value.trim();
    if (!this.hasAttribute("recent") || !text) return;
    keepRecent([text, ...recentSearches().filter((other) => other !== text)]);
  }

  #show(message, groups) {
    this.#fillList(message, groups);
    if (message || this.#options.length) this.#unfold();
    else this.#close();
  }

  #fillList(message, groups) {
    this.#message.textContent = message;
    this.#options = groups.flatMap(([, options]) => options);
    this.#options.forEach((option, at) => { option.id = `option-${at}`; });
    const filled = groups.filter(([, options]) => options.length);
    this.#list.replaceChildren(...filled.map(([label, options]) => this.#group(label, options)));
    this.#list.hidden = !filled.length;
    this.#choose(-1);
  }

  #group(label, options) {
    if (!label) return make("div", { part: "group", role: "presentation" }, ...options);
    const heading = make("div", { part: "heading", "aria-hidden": "true" }, label);
    return make("div", { part: "group", role: "group", "aria-label": label }, heading, ...options);
  }

  // A line that changes nothing of the list.
  #tell(message) {
    this.#message.textContent = message;
    this.#unfold();
  }

  // What a screen reader hears, once for each answer.
  #say(text) {
    this.#status.textContent = text;
  }

  #choose(at) {
    this.#active = at;
    this.#options.forEach((option, each) => {
      option.setAttribute("aria-selected", String(each === at));
    });
    const option = this.#options[at];
    if (option) {
      this.#input.setAttribute("aria-activedescendant", option.id);
      option.scrollIntoView({ block: "nearest" });
    } else {
      this.#input.removeAttribute("aria-activedescendant");
    }
  }

  #unfold() {
    if (!this.#input.matches(":focus")) return; // an answer to somebody who has gone on
    this.#input.setAttribute("aria-expanded", String(this.#options.length > 0));
    if (this.#panel.hidden) {
      this.#panel.hidden = false;
      this.#panel.showPopover?.(); // above everything, where the browser can
      this.#open = new AbortController();
      const { signal } = this.#open;
      const place = () => this.#place();
      window.addEventListener("scroll", place, { signal, capture: true, passive: true });
      window.addEventListener("resize", place, { signal });
      window.addEventListener("pagehide", () => this.#close(), { signal });
      window.visualViewport.addEventListener("resize", place, { signal });
      window.visualViewport.addEventListener("scroll", place, { signal });
      window.addEventListener("pointerdown", (event) => {
        if (!event.composedPath().includes(this)) this.#close();
      }, { signal });
    }
    this.#place();
  }

  #close() {
    if (!this.#panel || this.#panel.hidden) return;
    this.#open.abort();
    this.#panel.hidePopover?.();
    this.#panel.hidden = true;
    this.#input.setAttribute("aria-expanded", "false");
    this.#choose(-1);
  }

  // Under the form, as wide, within what a phone's keyboard leaves; closed when scrolled away.
  #place() {
    const box = this.#form.getBoundingClientRect();
    const view = window.visualViewport;
    const bottom = view.offsetTop + view.height;
    const right = view.offsetLeft + view.width;
    if (box.bottom <= view.offsetTop || box.top >= bottom) {
      this.#close();
      return;
    }
    const below = bottom - box.bottom - 2 * GAP_PX;
    const above = box.top - view.offsetTop - 2 * GAP_PX;
    const upward = below < LEAST_PX && above > below;
    const width = Math.min(Math.max(box.width, WIDE_PX), view.width - 2 * GAP_PX);
    // A box in the right half of the page, as in most headers, has its list end where it ends.
    const wished = box.left + box.right > innerWidth ? box.right - width : box.left;
    const left = Math.max(view.offsetLeft + GAP_PX, Math.min(wished, right - GAP_PX - width));
    const style = {
      left: `${left}px`,
      width: `${width}px`,
      "max-height": `${Math.max(upward ? above : below, 0)}px`,
      top: upward ? "auto" : `${box.bottom + GAP_PX / 2}px`,
      bottom: upward ? `${innerHeight - box.top + GAP_PX / 2}px` : "auto",
    };
    for (const [name, value] of Object.entries(style)) this.#panel.style.setProperty(name, value);
  }

  // --- Keys -----------------------------------------------------------------------------------

  #key(event) {
    // The input method's own keys. 229 is what browsers give where they do not say `isComposing`.
    if (event.isComposing || event.keyCode === 229 || this.#composing || this.#justComposed) return;
    const control = event.ctrlKey || event.metaKey;
    const by = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    if (by && !control && !event.altKey && !event.shiftKey) {
      event.preventDefault();
      this.#step(by);
    } else if (event.key === "Enter" && this.#active >= 0) {
      event.preventDefault();
      this.#follow(this.#options[this.#active], control);
    } else if (event.key === "Escape") {
      this.#escape(event);
    } else if (event.key === "Tab") {
      this.#close();
    }
  }

  // Through the options and past them, where nothing is chosen and Enter submits what was typed.
  #step(by) {
    if (this.#panel.hidden) {
      if (this.#options.length) this.#unfold();
      else this.#search();
    }
    const stops = this.#options.length + 1;
    this.#choose(((this.#active + 1 + by + stops) % stops) - 1);
  }

  #follow(option, elsewhere) {
    if (!elsewhere) {
      option.click();
      return;
    }
    this.#keep();
    window.open(option.href, "_blank", "noopener,noreferrer");
  }

  #escape(event) {
    if (!this.#panel.hidden) {
      clearTimeout(this.#timer);
      if (this.#asked) this.#forget();
      this.#close();
    } else if (this.#input.value) {
      this.#input.value = "";
      this.#forget();
    } else {
      return;
    }
    event.preventDefault(); // the browser would clear at once
  }

  // `/` and Ctrl+K lead to the box, unless the page or a field has taken the key.
  #shortcut(event) {
    const control = event.ctrlKey || event.metaKey;
    const ours = control ? event.key.toLowerCase() === "k" && !event.shiftKey : event.key === "/";
    if (!ours || event.altKey || event.isComposing || event.defaultPrevented) return;
    const [target] = event.composedPath();
    const isField = target instanceof Element && target.matches("input, textarea, select");
    if (isField || target.isContentEditable) return;
    event.preventDefault();
    this.#input.focus();
    this.#input.select();
  }
}

function kindOf(hit) {
  if (hit.types.some((type) => NOTICES.includes(type))) return "notice";
  return CLAUSE.test(hit.passages[0]?.address ?? "") ? "clause" : "file";
}

// A browser without constructed style sheets keeps the plain form.
if ("adoptedStyleSheets" in Document.prototype && !customElements.get("xiehui-search")) {
  customElements.define("xiehui-search", XiehuiSearch);
}
