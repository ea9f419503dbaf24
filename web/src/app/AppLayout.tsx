import { Outlet, useParams } from "react-router";
import { useApp } from "@/metadata/app";
import { AppProvider } from "@/renderer/context";
import { ErrorState, LoadingState } from "@/ui/States";

/** Every page of an app: its metadata stands ready. */
export function AppLayout() {
  const { app: key } = useParams();
  const app = useApp(key);
  if (app.isPending) return <LoadingState />;
  if (app.isError) return <ErrorState error={app.error} onRetry={() => void app.refetch()} />;
  return (
    <AppProvider app={app.data}>
      <Outlet />
    </AppProvider>
  );
}
