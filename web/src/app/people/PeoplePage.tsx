import { Button, Input, Segmented } from "antd";
import { Plus, Search } from "lucide-react";
import { useDeferredValue, useEffect, useState } from "react";
import { useTranslation } from "react-i18next";
import { Link, useNavigate } from "react-router";
import { type AppRoles, managesPeople, type Person, usePeople, useRoles, useTree } from "@/client/people";
import { useMe } from "@/client/session";
import { localise } from "@/metadata/app";
import { Chip } from "@/ui/Chip";
import { EmptyState, ErrorState, LoadingState } from "@/ui/States";
import { NotFound } from "../NotFound";
import { PeopleTabs } from "./PeopleTabs";
import { isAway, pathsOf } from "./people";
import "./people.css";

type Which = "active" | "gone" | "all";
const ACTIVE: Record<Which, boolean | null> = { active: true, gone: false, all: null };

/** Who works here: looked for by name, narrowed to those who still do. */
export function PeoplePage() {
  const { t } = useTranslation();
  const me = useMe().data;
  const navigate = useNavigate();
  const [typed, setTyped] = useState("");
  const [which, setWhich] = useState<Which>("active");
  const search = useDeferredValue(typed.trim());
  const found = usePeople({ search, active: ACTIVE[which] });
  useEffect(() => {
    document.title = t("people.title");
  }, [t]);
  if (!managesPeople(me)) return <NotFound />;
  const people = found.data?.pages.flatMap((page) => page.items) ?? [];
  return (
    <section className="page">
      <header className="page-head">
        <h1>{t("people.title")}</h1>
        <span className="grow" />
        <Button
          type="primary"
          icon={<Plus size={16} aria-hidden />}
          onClick={() => void navigate("/people/new")}
        >
          {t("people.add")}
        </Button>
      </header>
      <PeopleTabs />
      <div className="people-tools">
        <Input
          allowClear
          prefix={<Search size={14} aria-hidden />}
          placeholder={t("people.search")}
          aria-label={t("people.search")}
          value={typed}
          onChange={(event) => setTyped(event.target.value)}
        />
        <Segmented<Which>
          aria-label={t("people.which")}
          value={which}
          options={(["active", "gone", "all"] as const).map((each) => ({
            value: each,
            label: t(`people.show.${each}`),
          }))}
          onChange={setWhich}
        />
      </div>
      {found.isPending && <LoadingState rows={8} />}
      {found.isError && <ErrorState error={found.error} onRetry={() => void found.refetch()} />}
      {found.isSuccess && people.length === 0 && (
        <EmptyState title={t("list.noneFound")} hint={search ? t("list.noneFoundHint") : undefined} />
      )}
      {people.length > 0 && <PeopleList people={people} />}
      {found.hasNextPage && (
        <Button loading={found.isFetchingNextPage} onClick={() => void found.fetchNextPage()}>
          {t("people.more")}
        </Button>
      )}
    </section>
  );
}

function PeopleList(props: { people: Person[] }) {
  const { t, i18n } = useTranslation();
  const teams = pathsOf(useTree("teams").data ?? []);
  const regions = pathsOf(useTree("regions").data ?? []);
  const roles = useRoles().data ?? [];
  return (
    <ul className="people section">
      {props.people.map((person) => (
        <li key={person.id}>
          <div>
            <Link to={`/people/${person.id}`}>{person.name}</Link>{" "}
            <span className="muted">{person.username}</span>
          </div>
          <div className="muted">
            {[teams.get(person.team_id ?? ""), regions.get(person.region_id ?? "")]
              .filter(Boolean)
              .join(" · ")}
          </div>
          <div>
            {rolesOf(person, roles, i18n.language).join(t("comma"))}
            <States person={person} />
          </div>
        </li>
      ))}
    </ul>
  );
}

/** The names of somebody's roles; of apps that the reader does not manage the keys. */
function rolesOf(person: Person, apps: AppRoles[], language: string): string[] {
  return Object.entries(person.roles ?? {}).flatMap(([app, keys]) => {
    const known = apps.find((each) => each.app === app)?.roles ?? [];
    return keys.map((key) => localise(known.find((role) => role.key === key)?.label, language) || key);
  });
}

export function States(props: { person: Person }) {
  const { t } = useTranslation();
  const { person } = props;
  return (
    <span className="states">
      {person.admin && <Chip tone="purple">{t("people.admin")}</Chip>}
      {!person.active && <Chip tone="grey">{t("people.gone")}</Chip>}
      {person.active && person.is_set_up === false && <Chip tone="orange">{t("people.invited")}</Chip>}
      {person.active && isAway(person) && <Chip tone="blue">{t("people.away")}</Chip>}
    </span>
  );
}
