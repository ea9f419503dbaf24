import { createBrowserRouter, Outlet } from "react-router";
import { LoadingState } from "@/ui/States";
import { AppHome } from "./AppHome";
import { AppLayout } from "./AppLayout";
import { AppsPage } from "./AppsPage";
import { Crashed } from "./Crashed";
import { NotFound } from "./NotFound";
import { Shell } from "./shell/Shell";
import { SignedIn } from "./sign-in/SignedIn";

/** Pages are loaded when they are first asked for; shell and sign-in come with the first script. */
export const router = createBrowserRouter([
  {
    path: "/welcome",
    hydrateFallbackElement: <LoadingState />,
    errorElement: <Crashed />,
    lazy: async () => ({ Component: (await import("./welcome/WelcomePage")).WelcomePage }),
  },
  {
    hydrateFallbackElement: <LoadingState />,
    errorElement: <Crashed />,
    element: (
      <SignedIn>
        <Shell>
          <Outlet />
        </Shell>
      </SignedIn>
    ),
    children: [
      { path: "/", element: <AppsPage /> },
      {
        path: "/me",
        lazy: async () => ({ Component: (await import("./account/AccountPage")).AccountPage }),
      },
      {
        path: "/people",
        lazy: async () => ({ Component: (await import("./people/PeoplePage")).PeoplePage }),
      },
      {
        path: "/people/teams",
        lazy: async () => ({ Component: (await import("./people/TreePage")).TeamsPage }),
      },
      {
        path: "/people/regions",
        lazy: async () => ({ Component: (await import("./people/TreePage")).RegionsPage }),
      },
      {
        path: "/people/new",
        lazy: async () => ({ Component: (await import("./people/PersonPage")).PersonPage }),
      },
      {
        path: "/people/:person",
        lazy: async () => ({ Component: (await import("./people/PersonPage")).PersonPage }),
      },
      {
        path: "/apps/:app",
        element: <AppLayout />,
        children: [
          { index: true, element: <AppHome /> },
          {
            path: "views/:view",
            lazy: async () => ({ Component: (await import("./ViewPage")).ViewPage }),
          },
          {
            path: "dashboards/:board",
            lazy: async () => ({ Component: (await import("./dashboard/DashboardPage")).DashboardPage }),
          },
          {
            path: ":entity",
            lazy: async () => ({ Component: (await import("./list/ListPage")).EntityPage }),
          },
          {
            path: ":entity/new",
            lazy: async () => ({ Component: (await import("./form/FormPage")).NewPage }),
          },
          {
            path: ":entity/import",
            lazy: async () => ({ Component: (await import("./import/ImportPage")).ImportPage }),
          },
          {
            path: ":entity/import/:job",
            lazy: async () => ({ Component: (await import("./import/JobPage")).JobPage }),
          },
          {
            path: ":entity/:id/edit",
            lazy: async () => ({ Component: (await import("./form/FormPage")).EditPage }),
          },
          {
            path: ":entity/:id",
            lazy: async () => ({ Component: (await import("./record/RecordPage")).RecordPage }),
          },
        ],
      },
      { path: "*", element: <NotFound /> },
    ],
  },
]);
