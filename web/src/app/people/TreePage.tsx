import { Button } from "antd";
import { Pencil, Plus } from "lucide-react";
import { type CSSProperties, useEffect, useState } from "react";
import { useTranslation } from "react-i18next";
import { managesPeople, type Node, type Tree, useTree } from "@/client/people";
import { useMe } from "@/client/session";
import { EmptyState, ErrorState, LoadingState } from "@/ui/States";
import { NotFound } from "../NotFound";
import { NodeDialog } from "./NodeDialog";
import { PeopleTabs } from "./PeopleTabs";
import { inOrder } from "./people";
import "../form/form.css";
import "./people.css";

export const TeamsPage = () => <TreePage key="teams" tree="teams" />;
export const RegionsPage = () => <TreePage key="regions" tree="regions" />;

/** A tree of teams or regions; each node can be named anew, moved with all below it, or get one below it. */
function TreePage(props: { tree: Tree }) {
  const { t, i18n } = useTranslation();
  const me = useMe().data;
  const found = useTree(props.tree);
  const [open, setOpen] = useState<{ node?: Node; parent?: Node } | null>(null);
  const title = t(`people.${props.tree}`);
  useEffect(() => {
    document.title = title;
  }, [title]);
  if (!managesPeople(me)) return <NotFound />;
  const nodes = inOrder(found.data ?? [], i18n.language);
  return (
    <section className="page">
      <header className="page-head">
        <h1>{t("people.title")}</h1>
        <span className="grow" />
        <Button type="primary" icon={<Plus size={16} aria-hidden />} onClick={() => setOpen({})}>
          {t(`people.node.${props.tree}.add`)}
        </Button>
      </header>
      <PeopleTabs />
      <p className="muted">{t(`people.node.${props.tree}.hint`)}</p>
      {found.isPending && <LoadingState />}
      {found.isError && <ErrorState error={found.error} onRetry={() => void found.refetch()} />}
      {found.isSuccess && nodes.length === 0 && <EmptyState title={t(`people.node.${props.tree}.none`)} />}
      {nodes.length > 0 && (
        <ul className="tree section" aria-label={title}>
          {nodes.map((node) => (
            <li key={node.id} style={{ "--level": node.level - 1 } as CSSProperties}>
              <span>{node.name}</span>
              {node.code && <small className="muted">{node.code}</small>}
              <span className="grow" />
              <button
                type="button"
                className="icon-button"
                aria-label={t("people.addBelow", { name: node.name })}
                title={t("people.addBelow", { name: node.name })}
                onClick={() => setOpen({ parent: node })}
              >
                <Plus size={15} aria-hidden />
              </button>
              <button
                type="button"
                className="icon-button"
                aria-label={t("people.editNode", { name: node.name })}
                title={t("people.editNode", { name: node.name })}
                onClick={() => setOpen({ node })}
              >
                <Pencil size={14} aria-hidden />
              </button>
            </li>
          ))}
        </ul>
      )}
      {open && <NodeDialog tree={props.tree} nodes={nodes} {...open} onClose={() => setOpen(null)} />}
    </section>
  );
}
