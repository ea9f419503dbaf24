import { useEffect } from "react";
import { useTranslation } from "react-i18next";
import { useParams } from "react-router";
import { managesPeople, usePerson } from "@/client/people";
import { useMe } from "@/client/session";
import { ErrorState, LoadingState } from "@/ui/States";
import { NotFound } from "../NotFound";
import { States } from "./PeoplePage";
import { PeopleTabs } from "./PeopleTabs";
import { PersonAccount } from "./PersonAccount";
import { PersonForm } from "./PersonForm";
import "../form/form.css";
import "./people.css";

/** Somebody new, or somebody who is there: who they are, what they may do, how they get in. */
export function PersonPage() {
  const { t } = useTranslation();
  const { person: id } = useParams();
  const me = useMe().data;
  const found = usePerson(id);
  const title = id ? (found.data?.name ?? "") : t("people.add");
  useEffect(() => {
    document.title = title;
  }, [title]);
  if (!me || !managesPeople(me)) return <NotFound />;
  if (id && found.isPending) return <LoadingState />;
  if (id && found.isError) return <ErrorState error={found.error} onRetry={() => void found.refetch()} />;
  return (
    <section className="page form-page">
      <PeopleTabs />
      <header className="page-head">
        <h1>{title}</h1>
        {found.data && <States person={found.data} />}
      </header>
      {found.data && <PersonAccount key={`account ${id}`} me={me} person={found.data} />}
      <PersonForm key={found.data?.id ?? "new"} me={me} person={found.data} />
    </section>
  );
}
