import { keepPreviousData, useQuery } from "@tanstack/react-query";
import { Input, type InputRef, Modal, Spin } from "antd";
import { Search } from "lucide-react";
import { type KeyboardEvent, useEffect, useRef, useState } from "react";
import { useTranslation } from "react-i18next";
import { useNavigate } from "react-router";
import { useSavedViews } from "@/client/savedViews";
import { searchApp } from "@/client/search";
import type { AppMeta } from "@/metadata/app";
import { makeView } from "@/renderer/context";
import { Icon } from "@/ui/Icon";
import { type Place, recordPath, savedPlaces } from "../shell/navigation";
import { commandsOf, type Entry, entityOrder } from "./entries";
import "./palette.css";

interface PaletteProps {
  app: AppMeta;
  places: Place[];
  onClose: () => void;
}

/** Milliseconds without a key before the server is asked. */
const PAUSE = 120;
const COMMANDS = 8;

/** One box that leads everywhere: pages, new records, and records by what they are called. */
export function Palette(props: PaletteProps) {
  const { t, i18n } = useTranslation();
  const navigate = useNavigate();
  const input = useRef<InputRef>(null);
  const [typed, setTyped] = useState("");
  const [place, setPlace] = useState(0);
  const search = typed.trim();
  const records = useFound(props.app, search);
  const saved = useSavedViews(props.app.key).data ?? [];
  const places = [...props.places, ...savedPlaces(props.app, saved)];
  const commands = commandsOf(props.app, places, i18n.language, search).slice(0, COMMANDS);
  const entries = [...records.entries, ...commands];
  const chosen = entries[Math.min(place, entries.length - 1)];

  const chosenKey = chosen?.key;
  useEffect(() => {
    if (chosenKey) document.getElementById(`palette-${chosenKey}`)?.scrollIntoView({ block: "nearest" });
  }, [chosenKey]);

  function go(entry: Entry | undefined) {
    if (!entry) return;
    props.onClose();
    void navigate(entry.path);
  }

  function onKey(event: KeyboardEvent) {
    if (event.nativeEvent.isComposing) return;
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    if (step) {
      event.preventDefault();
      setPlace((before) => (Math.min(before, entries.length - 1) + step + entries.length) % entries.length);
    }
    if (event.key === "Enter") go(chosen);
  }

  return (
    <Modal
      open
      className="palette"
      footer={null}
      closable={false}
      width={560}
      onCancel={props.onClose}
      afterOpenChange={(open) => open && input.current?.focus()}
      title={<span className="visually-hidden">{t("palette.title")}</span>}
    >
      <Input
        ref={input}
        size="large"
        variant="borderless"
        prefix={<Search size={17} aria-hidden />}
        suffix={records.busy ? <Spin size="small" /> : <span />}
        placeholder={t("palette.placeholder")}
        role="combobox"
        aria-expanded
        aria-controls="palette-list"
        aria-activedescendant={chosen ? `palette-${chosen.key}` : undefined}
        aria-label={t("palette.title")}
        value={typed}
        onChange={(event) => {
          setTyped(event.target.value);
          setPlace(0);
        }}
        onKeyDown={onKey}
      />
      <div id="palette-list" role="listbox" aria-label={t("palette.title")} className="palette-list">
        {entries.map((entry) => (
          <button
            key={entry.key}
            id={`palette-${entry.key}`}
            type="button"
            role="option"
            tabIndex={-1}
            aria-selected={entry === chosen}
            className="palette-entry"
            onClick={() => go(entry)}
          >
            <Icon name={entry.icon} />
            <span>
              {entry.group === "create"
                ? t("list.new", { entity: entry.label })
                : entry.group === "import"
                  ? t("import.title", { entity: entry.label })
                  : entry.label}
              {entry.detail && <small>{entry.detail}</small>}
            </span>
            <small className="muted">{entry.group === "places" ? t("palette.place") : entry.hint}</small>
          </button>
        ))}
      </div>
      {entries.length === 0 && !records.busy && (
        <p className="palette-none muted">{search ? t("list.noneFound") : t("palette.hint")}</p>
      )}
    </Modal>
  );
}

/** Records in which what was typed is found, pinyin initials among it; a few of each entity, those of the menu first. */
function useFound(app: AppMeta, search: string): { entries: Entry[]; busy: boolean } {
  const { i18n } = useTranslation();
  const view = makeView(app, i18n.language);
  const asked = useSettled(search, PAUSE);
  const found = useQuery({
    queryKey: ["records", app.key, "search", asked],
    queryFn: ({ signal }) => searchApp(app.key, asked, signal),
    enabled: asked.length > 0,
    placeholderData: keepPreviousData,
  });
  const order = entityOrder(app);
  const hits = [...(found.data ?? [])].sort((one, other) => order(one.entity) - order(other.entity));
  const entries = hits.map((hit): Entry => {
    const entity = view.entity(hit.entity);
    return {
      key: `record:${hit.entity}:${hit.id}`,
      group: "records",
      label: hit.name ?? "–",
      detail: hit.excerpt?.text ?? "",
      hint: view.text(entity?.label),
      icon: entity?.icon ?? null,
      path: recordPath(app.key, hit.entity, hit.id),
    };
  });
  return {
    entries: search ? entries : [],
    busy: search.length > 0 && (found.isFetching || asked !== search),
  };
}

/** The value once it has stayed the same for so many milliseconds. */
function useSettled(value: string, pause: number): string {
  const [settled, setSettled] = useState(value);
  useEffect(() => {
    const timer = setTimeout(() => setSettled(value), pause);
    return () => clearTimeout(timer);
  }, [value, pause]);
  return settled;
}
