import { renderHook } from "@testing-library/react";
import { afterEach, expect, test, vi } from "vitest";
import { useAllShortcuts, useShortcutKeys, useShortcuts } from "./shortcuts";

function press(key: string, more: KeyboardEventInit = {}, target: EventTarget = document.body): boolean {
  return target.dispatchEvent(
    new KeyboardEvent("keydown", { key, bubbles: true, cancelable: true, ...more }),
  );
}

afterEach(() => {
  document.body.innerHTML = "";
});

test("a key runs what is on the page, and nothing once that has gone", () => {
  const run = vi.fn();
  renderHook(() => useShortcutKeys());
  const page = renderHook(() => useShortcuts("list", [{ keys: ["j", "↓"], label: "next", run }]));
  const all = renderHook(() => useAllShortcuts());
  expect(all.result.current.map((each) => each.title)).toEqual(["list"]);
  expect(press("j")).toBe(false);
  expect(press("?")).toBe(true);
  expect(run).toHaveBeenCalledTimes(1);
  page.unmount();
  expect(press("j")).toBe(true);
  expect(run).toHaveBeenCalledTimes(1);
});

test("who types, composes, or holds another key down means something else", () => {
  const run = vi.fn();
  renderHook(() => useShortcutKeys());
  renderHook(() => useShortcuts("list", [{ keys: ["/"], label: "search", run }]));
  document.body.innerHTML = '<input id="a"><input type="checkbox" id="b"><div contenteditable="true" id="c">';
  const at = (id: string) => document.getElementById(id) as HTMLElement;
  press("/", {}, at("a"));
  press("/", {}, at("c"));
  press("/", { isComposing: true });
  press("/", { ctrlKey: true });
  expect(run).not.toHaveBeenCalled();
  press("/", {}, at("b"));
  press("、");
  expect(run).toHaveBeenCalledTimes(2);
});
