import { lazy, type ReactNode, Suspense } from "react";
import { useTranslation } from "react-i18next";
import { useParams } from "react-router";
import { useMe } from "@/client/session";
import { useApp } from "@/metadata/app";
import { useNarrow } from "@/ui/narrow";
import { usePalette } from "../palette/usePalette";
import { BottomBar } from "./BottomBar";
import { placesOf, platformPlaces } from "./navigation";
import { SideBar } from "./SideBar";
import { TopBar } from "./TopBar";

const Palette = lazy(async () => ({ default: (await import("../palette/Palette")).Palette }));

/** What stands round every page: the menu of the app beside it (below it on a phone), search and the person above it. */
export function Shell(props: { children: ReactNode }) {
  const { t, i18n } = useTranslation();
  const { app: key } = useParams();
  const app = useApp(key);
  const narrow = useNarrow();
  const [searching, setSearching] = usePalette();
  const platform = platformPlaces(useMe().data, t);
  const places = app.data ? placesOf(app.data, i18n.language) : [];
  return (
    <div className="shell" data-narrow={narrow || undefined}>
      <a className="skip" href="#content">
        {t("shell.skip")}
      </a>
      {!narrow && <SideBar app={app.data} places={key ? places : platform} />}
      <div className="shell-main">
        <TopBar app={app.data} onSearch={app.data ? () => setSearching(true) : undefined} />
        <main id="content" tabIndex={-1}>
          {props.children}
        </main>
      </div>
      {narrow && key && <BottomBar places={places} />}
      {searching && app.data && (
        <Suspense>
          <Palette app={app.data} places={[...places, ...platform]} onClose={() => setSearching(false)} />
        </Suspense>
      )}
    </div>
  );
}
