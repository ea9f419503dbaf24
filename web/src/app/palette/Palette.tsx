import { useQueries } from "@tanstack/react-query";
import { Input, type InputRef, Modal, Spin } from "antd";
import { Search } from "lucide-react";
import { type KeyboardEvent, useDeferredValue, useRef, useState } from "react";
import { useTranslation } from "react-i18next";
import { useNavigate } from "react-router";
import { readPage } from "@/client/records";
import { useSavedViews } from "@/client/savedViews";
import type { AppMeta } from "@/metadata/app";
import { makeView } from "@/renderer/context";
import { nameOf } from "@/renderer/fields/names";
import { Icon } from "@/ui/Icon";
import { type Place, recordPath, savedPlaces } from "../shell/navigation";
import { commandsOf, type Entry, searchedEntities } from "./entries";
import "./palette.css";

interface PaletteProps {
  app: AppMeta;
  places: Place[];
  onClose: () => void;
}

const ENTITIES = 6;
const EACH = 4;
const COMMANDS = 8;

/** One box that leads everywhere: pages, new records, and records by what they are called. */
export function Palette(props: PaletteProps) {
  const { t, i18n } = useTranslation();
  const navigate = useNavigate();
  const input = useRef<InputRef>(null);
  const [typed, setTyped] = useState("");
  const [place, setPlace] = useState(0);
  const search = useDeferredValue(typed.trim());
  const records = useFound(props.app, search);
  const saved = useSavedViews(props.app.key).data ?? [];
  const places = [...props.places, ...savedPlaces(props.app, saved)];
  const commands = commandsOf(props.app, places, i18n.language, search).slice(0, COMMANDS);
  const entries = [...records.entries, ...commands];
  const chosen = entries[Math.min(place, entries.length - 1)];

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
            <span>{entry.group === "create" ? t("list.new", { entity: entry.label }) : entry.label}</span>
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

/** Records whose words begin with what was typed, pinyin initials among them; a few of each entity. */
function useFound(app: AppMeta, search: string): { entries: Entry[]; busy: boolean } {
  const { i18n } = useTranslation();
  const view = makeView(app, i18n.language);
  const found = useQueries({
    queries: searchedEntities(app, ENTITIES).map((key) => {
      const name = view.entity(key)?.name_field;
      const fields = ["id", name].filter(Boolean).join(",");
      return {
        queryKey: ["records", app.key, key, "palette", search],
        queryFn: async ({ signal }: { signal: AbortSignal }) => {
          const page = await readPage(app.key, key, { search, fields, limit: EACH }, signal);
          return page.items.map((record) => ({ key, record }));
        },
        enabled: search.length > 0,
      };
    }),
  });
  const entries = found.flatMap((each) =>
    (each.data ?? []).map(({ key, record }): Entry => {
      const entity = view.entity(key);
      return {
        key: `record:${key}:${record.id}`,
        group: "records",
        label: nameOf(view, key, record),
        hint: view.text(entity?.label),
        icon: entity?.icon ?? null,
        path: recordPath(app.key, key, record.id),
      };
    }),
  );
  return { entries: search ? entries : [], busy: search.length > 0 && found.some((each) => each.isFetching) };
}
