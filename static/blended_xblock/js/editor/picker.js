/**
 * The course's outline to choose from: lists in lists with real check boxes, and a search.
 */

import { findInTree } from "./tree.js";

const MOST = 100;

/**
 * @typedef {object} Hooks
 * @property {HTMLElement} place
 * @property {(isAgain: boolean) => Promise<{ outline: any }>} read
 * @property {(link: string) => boolean} isChosen
 * @property {(link: string) => string} whyNot the reason why this list cannot have it; or ""
 * @property {(node: any, isOn: boolean) => void} toggle
 * @property {() => void} closed
 */

export class Picker {
  /** @param {import("../studio.js").Context} ctx @param {Hooks} hooks */
  constructor(ctx, hooks) {
    this.ctx = ctx;
    this.hooks = hooks;
    this.isOpen = false;
    /** @type {any} */
    this.root = null;
    /** Branches somebody has opened, by link. @type {Set<string>} */
    this.unfolded = new Set();
  }

  async open() {
    this.isOpen = true;
    this.part = this.ctx.part("picker");
    this.hooks.place.replaceChildren(this.part);
    this.hooks.place.hidden = false;
    this.#find("search").addEventListener("input", () => this.#draw());
    this.#find("picker-done").addEventListener("click", () => this.close());
    this.#find("reload").addEventListener("click", () => this.#load(true));
    this.part.addEventListener("keydown", (event) => {
      if (event.key !== "Escape") return;
      event.stopPropagation();
      this.close();
    });
    this.#find("search").focus();
    await this.#load(false);
  }

  close() {
    this.isOpen = false;
    this.hooks.place.hidden = true;
    this.hooks.place.replaceChildren();
    this.hooks.closed();
  }

  #find(name) {
    return this.part.querySelector(`[data-${name}]`);
  }

  async #load(isAgain) {
    const { say } = this.ctx;
    this.#find("picker-problem").hidden = true;
    this.#find("found").textContent = say("picker-loading");
    try {
      this.root = (await this.hooks.read(isAgain)).outline;
      // Where there are few sections, what is in them is shown at once.
      if (!this.unfolded.size && this.root.children.length <= 8) {
        for (const each of this.root.children) this.unfolded.add(each.link);
      }
      this.#draw();
    } catch (error) {
      this.#find("found").textContent = "";
      this.#find("picker-problem").textContent = error.message || say("network");
      this.#find("picker-problem").hidden = false;
    }
  }

  #draw() {
    if (!this.root || !this.isOpen) return;
    const { say } = this.ctx;
    const wanted = this.#find("search").value;
    const found = findInTree(this.root, wanted, MOST);
    const { count } = found;
    let text = "";
    if (!this.root.children.length) text = say("picker-empty");
    else if (wanted.trim()) text = say(count > MOST ? "picker-cut" : "picker-found", { count, shown: MOST });
    this.#find("found").textContent = text;
    this.#find("tree").replaceChildren(...found.children.map((node) => this.#item(node, Boolean(wanted.trim()))));
  }

  /** @param {any} node @param {boolean} isSearch what was found is shown unfolded */
  #item(node, isSearch) {
    const item = this.ctx.part("tree-item");
    const find = (name) => item.querySelector(`[data-${name}]`);
    find("title").textContent = node.title;
    find("kind").textContent = node.kind;
    find("graded").hidden = !node.graded;
    if (node.state !== "published") {
      find("state").textContent = this.ctx.say(`link-state-${node.state}`);
      find("state").hidden = false;
    }
    const choice = find("choice");
    choice.checked = this.hooks.isChosen(node.link);
    const why = node.refused || this.hooks.whyNot(node.link);
    choice.disabled = Boolean(why);
    find("why").textContent = why;
    find("why").hidden = !why;
    choice.addEventListener("change", () => {
      this.hooks.toggle(node, choice.checked);
      // Removing moves the focus to the list; whoever is choosing stays here.
      choice.focus();
    });
    this.#fold(item, node, isSearch);
    return item;
  }

  #fold(item, node, isSearch) {
    const fold = item.querySelector("[data-fold]");
    const children = item.querySelector("[data-children]");
    fold.hidden = !node.children.length;
    item.querySelector("[data-fold-name]").textContent = this.ctx.say("picker-fold", { title: node.title });
    const show = (isOpen) => {
      fold.ariaExpanded = String(isOpen);
      children.hidden = !isOpen;
      // A branch is drawn when it is opened: a course has thousands of blocks.
      if (isOpen && !children.children.length) {
        children.append(...node.children.map((child) => this.#item(child, isSearch)));
      }
    };
    if (node.children.length) show(isSearch || this.unfolded.has(node.link));
    fold.addEventListener("click", () => {
      const isOpen = fold.ariaExpanded !== "true";
      if (isOpen) this.unfolded.add(node.link);
      else this.unfolded.delete(node.link);
      show(isOpen);
    });
  }
}
