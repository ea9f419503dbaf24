import type { TFunction } from "i18next";
import { managesPeople } from "@/client/people";
import type { SavedView } from "@/client/savedViews";
import type { Me } from "@/client/session";
import { type AppMeta, localise } from "@/metadata/app";

/** An entry of the menu. */
export interface Place {
  key: string;
  label: string;
  icon: string | null;
  path: string;
}

export const viewPath = (app: string, view: string): string => `/apps/${app}/views/${view}`;
export const recordPath = (app: string, entity: string, id: string): string => `/apps/${app}/${entity}/${id}`;
export const entityPath = (app: string, entity: string): string => `/apps/${app}/${entity}`;
export const newPath = (app: string, entity: string): string => `/apps/${app}/${entity}/new`;
export const editPath = (app: string, entity: string, id: string): string =>
  `/apps/${app}/${entity}/${id}/edit`;
/** Where imports of an entity begin, and one of them. */
export const importPath = (app: string, entity: string, job = ""): string =>
  `/apps/${app}/${entity}/import${job && `/${job}`}`;
export const dashboardPath = (app: string, board: string): string => `/apps/${app}/dashboards/${board}`;

const KINDS: Record<string, string> = { board: "board", calendar: "calendar" };
/** The icon of a kind of view; null where that of its entity says more. */
export const kindIcon = (kind: string): string | null => KINDS[kind] ?? null;

/** The menu of the app: what its author put there, as far as the actor may see it. */
export function placesOf(app: AppMeta, language: string): Place[] {
  const places: Place[] = [];
  for (const item of app.navigation) {
    const view = app.views.find((each) => each.key === item.view);
    const board = app.dashboards.find((each) => each.key === item.dashboard);
    if (view) {
      const entity = app.entities.find((each) => each.key === view.entity);
      places.push({
        key: `view:${view.key}`,
        label: localise(view.label, language),
        icon: kindIcon(view.kind) ?? entity?.icon ?? null,
        path: viewPath(app.key, view.key),
      });
    } else if (board && board.widgets.length > 0) {
      places.push({
        key: `dashboard:${board.key}`,
        label: localise(board.label, language),
        icon: "dashboard",
        path: dashboardPath(app.key, board.key),
      });
    }
  }
  return places;
}

/** What belongs to no app: the apps, one's account, and who works here for those who manage them. */
export function platformPlaces(me: Me | null | undefined, t: TFunction): Place[] {
  const apps = { key: "apps", label: t("shell.apps"), icon: "apps", path: "/" };
  const account = { key: "account", label: t("account.title"), icon: "id-card", path: "/me" };
  const people = { key: "people", label: t("people.title"), icon: "users", path: "/people" };
  return me ? [apps, account, ...(managesPeople(me) ? [people] : [])] : [];
}

export function firstPlace(app: AppMeta): string | null {
  return placesOf(app, "zh-CN")[0]?.path ?? null;
}

/** Saved views as places to go to. */
export function savedPlaces(app: AppMeta, saved: readonly SavedView[]): Place[] {
  return saved.map((each) => ({
    key: `saved:${each.id}`,
    label: each.name,
    icon: app.entities.find((entity) => entity.key === each.entity)?.icon ?? null,
    path: viewPath(app.key, each.id),
  }));
}
