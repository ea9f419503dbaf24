import { Navigate } from "react-router";
import { useAppView } from "@/renderer/context";
import { NotFound } from "./NotFound";
import { firstPlace } from "./shell/navigation";

/** The first place of the app's menu that leads somewhere. */
export function AppHome() {
  const place = firstPlace(useAppView().app);
  return place ? <Navigate to={place} replace /> : <NotFound />;
}
