import { Alert, Button, Checkbox, Radio, Select } from "antd";
import { useMemo, useState } from "react";
import { useTranslation } from "react-i18next";
import {
  type ImportAsked,
  type ImportJob,
  type ImportTarget,
  useImportActs,
  useSamples,
  useTargets,
} from "@/client/imports";
import { isProblem } from "@/client/problem";
import type { EntityMeta } from "@/metadata/app";
import { type AppView, useAppView } from "@/renderer/context";
import { problemText } from "@/ui/problemText";
import { ErrorState, LoadingState } from "@/ui/States";
import {
  askedOf,
  type Chosen,
  type Column,
  chosenOf,
  guess,
  isSame,
  type Kind,
  keptOf,
  missingOf,
} from "./mapping";

interface MapStepProps {
  entity: EntityMeta;
  job: ImportJob;
  onDone: () => void;
}

const SAMPLES = 3;

/** Which column goes where: what the names say is there already, what is only guessed is marked as such. */
export function MapStep(props: MapStepProps) {
  const app = useAppView().app.key;
  const [mode, setMode] = useState(props.job.mode);
  const samples = useSamples(app, props.job.id);
  const targets = useTargets(app, props.job.id, mode);
  const offered = useMemo(
    () => (targets.data ?? []).filter((target) => isWritable(props.entity, target)),
    [targets.data, props.entity],
  );
  if (samples.isError) return <ErrorState error={samples.error} onRetry={() => void samples.refetch()} />;
  if (targets.isError) return <ErrorState error={targets.error} onRetry={() => void targets.refetch()} />;
  if (!samples.data || !targets.data) return <LoadingState />;
  const columns = props.job.columns.map(({ name }) => ({
    name,
    samples: samples.data.map((row) => row.cells[name] ?? ""),
  }));
  return <Mapping {...props} columns={columns} targets={offered} mode={mode} onMode={setMode} />;
}

/** What tells records apart can be named without being written; everything else is for those who may write it. */
function isWritable(entity: EntityMeta, target: ImportTarget): boolean {
  const field = entity.fields.find((each) => each.key === target.field);
  return !field || target.match || field.creatable || field.writable;
}

interface MappingProps extends MapStepProps {
  columns: Column[];
  targets: ImportTarget[];
  mode: ImportAsked["mode"];
  onMode: (mode: ImportAsked["mode"]) => void;
}

function Mapping(props: MappingProps) {
  const { job, columns, targets, mode } = props;
  const { t } = useTranslation();
  const view = useAppView();
  const { act, remap } = useImportActs(view.app.key, job.id);
  const kind = (target: ImportTarget) => kindOf(view, props.entity, target);
  const [guessed, setGuessed] = useState(() => guess(columns, chosenOf(job), targets, kind));
  const [wanted, setChosen] = useState<Chosen>(() => ({ ...guessed, ...chosenOf(job) }));
  const [offered, setOffered] = useState(targets);
  if (offered !== targets) {
    // The past can name more: what its columns mean is guessed too, what was left out before stays so.
    const more = guess(columns, wanted, newOf(targets, offered), kind);
    setOffered(targets);
    setGuessed({ ...guessed, ...more });
    setChosen({ ...more, ...wanted });
  }
  const chosen = keptOf(wanted, targets);
  const [match, setMatch] = useState(job.match);
  const [clears, setClears] = useState(job.clears);
  const asked = askedOf(job, chosen, { match, mode, clears });
  const missing = missingOf(targets, asked);
  const matches = targets.filter((target) => target.match && target.key in asked.mapping.fields);

  function choose(column: string, target: string | undefined) {
    const { [column]: before, ...others } = chosen;
    if (before === match) setMatch(null);
    setChosen(target ? { ...others, [column]: target } : others);
  }

  function next() {
    // What stopped the job may be mended elsewhere by now: asked again, it is checked again.
    if (isSame(job, asked) && !job.error) props.onDone();
    else remap.mutate(asked, { onSuccess: props.onDone });
  }

  return (
    <div>
      <p className="muted">{t("import.mapLead")}</p>
      <ul className="map-columns section">
        {columns.map((column) => (
          <li key={column.name}>
            <div className="map-column">
              <b id={`column-${column.name}`}>{column.name}</b>
              <span className="muted">{samplesOf(column)}</span>
            </div>
            <TargetSelect
              column={column.name}
              targets={targets}
              chosen={chosen}
              isGuess={chosen[column.name] !== undefined && guessed[column.name] === chosen[column.name]}
              onChoose={(target) => choose(column.name, target)}
            />
          </li>
        ))}
      </ul>
      {missing.length > 0 && (
        <Alert
          type="warning"
          showIcon
          className="gap-below"
          title={t("import.missing", {
            fields: missing.map((each) => view.text(each.label)).join(t("comma")),
          })}
        />
      )}
      <Manner
        matches={matches}
        match={match}
        onMatch={setMatch}
        mode={mode}
        onMode={view.app.rights.includes("history_import") ? props.onMode : undefined}
        clears={clears}
        onClears={setClears}
      />
      {remap.isError && <Refused error={remap.error} />}
      <footer className="form-foot">
        <Button
          type="primary"
          loading={remap.isPending}
          disabled={Object.keys(asked.mapping.fields).length === 0}
          onClick={next}
        >
          {t("import.next")}
        </Button>
        <Button loading={act.isPending} onClick={() => act.mutate("cancel")}>
          {t("import.abandon")}
        </Button>
      </footer>
    </div>
  );
}

const newOf = (targets: ImportTarget[], before: ImportTarget[]): ImportTarget[] =>
  targets.filter((target) => !before.some((each) => each.key === target.key));

function kindOf(view: AppView, entity: EntityMeta, target: ImportTarget): Kind | undefined {
  const field = view.field(entity.key, target.field ?? "");
  const words = field?.options?.flatMap((option) => [option.key, ...Object.values(option.label)]);
  return field && { type: field.type, words: words ?? [] };
}

const samplesOf = (column: Column): string =>
  [...new Set(column.samples.filter(Boolean))].slice(0, SAMPLES).join(" · ");

interface TargetSelectProps {
  column: string;
  targets: ImportTarget[];
  chosen: Chosen;
  isGuess: boolean;
  onChoose: (target: string | undefined) => void;
}

function TargetSelect(props: TargetSelectProps) {
  const { t } = useTranslation();
  const view = useAppView();
  const own = props.chosen[props.column];
  const taken = new Set(Object.values(props.chosen));
  return (
    <div className="map-target">
      <Select
        className="wide"
        aria-label={t("import.goesTo", { column: props.column })}
        placeholder={t("import.leftOut")}
        allowClear
        showSearch={{ optionFilterProp: "label" }}
        value={own}
        options={props.targets.map((target) => ({
          value: target.key,
          label: target.required ? `${view.text(target.label)} *` : view.text(target.label),
          disabled: target.key !== own && taken.has(target.key),
        }))}
        onChange={props.onChoose}
      />
      {props.isGuess && <small className="map-guess">{t("import.guess")}</small>}
    </div>
  );
}

interface MannerProps {
  matches: ImportTarget[];
  match: string | null;
  onMatch: (match: string | null) => void;
  mode: ImportAsked["mode"];
  onMode?: (mode: ImportAsked["mode"]) => void;
  clears: boolean;
  onClears: (clears: boolean) => void;
}

/** What happens to records that are there already, and whether it is now or was long ago. */
function Manner(props: MannerProps) {
  const { t } = useTranslation();
  const view = useAppView();
  const { matches, match } = props;
  return (
    <fieldset className="section manner">
      <legend className="visually-hidden">{t("import.manner")}</legend>
      <h2>{t("import.manner")}</h2>
      <Radio.Group
        aria-label={t("import.manner")}
        value={match === null ? "new" : "match"}
        onChange={(event) => props.onMatch(event.target.value === "new" ? null : (matches[0]?.key ?? null))}
      >
        <Radio value="new">{t("import.allNew")}</Radio>
        <Radio value="match" disabled={matches.length === 0}>
          {t("import.byMatch")}
        </Radio>
      </Radio.Group>
      {matches.length === 0 && <p className="form-help">{t("import.noMatch")}</p>}
      {match !== null && (
        <div className="manner-more">
          <Select
            aria-label={t("import.matchField")}
            value={match}
            options={matches.map((each) => ({ value: each.key, label: view.text(each.label) }))}
            onChange={props.onMatch}
          />
          <Checkbox checked={props.clears} onChange={(event) => props.onClears(event.target.checked)}>
            {t("import.clears")}
          </Checkbox>
        </div>
      )}
      {props.onMode && (
        <>
          <Checkbox
            checked={props.mode === "history"}
            onChange={(event) => props.onMode?.(event.target.checked ? "history" : "normal")}
          >
            {t("import.history")}
          </Checkbox>
          <p className="form-help">{t("import.historyHint")}</p>
        </>
      )}
    </fieldset>
  );
}

function Refused(props: { error: Error }) {
  const { t } = useTranslation();
  const errors = isProblem(props.error) ? props.error.errors : [];
  return (
    <Alert
      type="error"
      showIcon
      className="gap-below"
      title={problemText(props.error, t)}
      description={
        errors.length > 0
          ? errors.map((each) => <div key={`${each.pointer} ${each.code}`}>{each.message}</div>)
          : undefined
      }
    />
  );
}
