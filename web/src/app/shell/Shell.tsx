import { lazy, type ReactNode, Suspense, useState } from "react";
import { useTranslation } from "react-i18next";
import { useParams } from "react-router";
import { useMe } from "@/client/session";
import { useApp } from "@/metadata/app";
import { useNarrow } from "@/ui/narrow";
import { useShortcutKeys, useShortcuts } from "@/ui/shortcuts";
import { PALETTE_KEYS, usePalette } from "../palette/usePalette";
import { BottomBar } from "./BottomBar";
import { placesOf, platformPlaces } from "./navigation";
import { SideBar } from "./SideBar";
import { TopBar } from "./TopBar";

const Palette = lazy(async () => ({ default: (await import("../palette/Palette")).Palette }));
const ShortcutSheet = lazy(async () => ({ default: (await import("./ShortcutSheet")).ShortcutSheet }));

/** What stands round every page: the menu of the app beside it (below it on a phone), search and the person above it. */
export function Shell(props: { children: ReactNode }) {
  const { t, i18n } = useTranslation();
  const { app: key } = useParams();
  const app = useApp(key);
  const narrow = useNarrow();
  const [searching, setSearching] = usePalette();
  const platform = platformPlaces(useMe().data, t);
  const [telling, setTelling] = useState(false);
  useShortcutKeys();
  useShortcuts(t("keys.everywhere"), [
    ...(app.data ? [{ keys: [PALETTE_KEYS], label: t("shell.search") }] : []),
    { keys: ["?"], label: t("keys.title"), run: () => setTelling(true) },
  ]);
  const places = app.data ? placesOf(app.data, i18n.language) : [];
  return (
    <div className="shell" data-narrow={narrow || undefined}>
      <a className="skip" href="#content">
        {t("shell.skip")}
      </a>
      {!narrow && <SideBar app={app.data} places={key ? places : platform} />}
      <div className="shell-main">
        <TopBar
          app={app.data}
          onSearch={app.data ? () => setSearching(true) : undefined}
          onKeys={narrow ? undefined : () => setTelling(true)}
        />
        <main id="content" tabIndex={-1}>
          {props.children}
        </main>
      </div>
      {narrow && key && <BottomBar places={places} />}
      {telling && (
        <Suspense>
          <ShortcutSheet onClose={() => setTelling(false)} />
        </Suspense>
      )}
      {searching && app.data && (
        <Suspense>
          <Palette app={app.data} places={[...places, ...platform]} onClose={() => setSearching(false)} />
        </Suspense>
      )}
    </div>
  );
}
