import { QueryClient, QueryClientProvider } from "@tanstack/react-query";
import { App as AntApp, ConfigProvider } from "antd";
import en from "antd/locale/en_US";
import zh from "antd/locale/zh_CN";
import dayjs from "dayjs";
import "dayjs/locale/zh-cn";
import { useEffect, useMemo } from "react";
import { useTranslation } from "react-i18next";
import { RouterProvider } from "react-router";
import { speak, whenSignedOut } from "@/client/http";
import { isProblem } from "@/client/problem";
import { languageOf } from "@/ui/language";
import { useMode } from "@/ui/mode";
import { NONCE } from "@/ui/nonce";
import { themeOf } from "@/ui/theme";
import { router } from "./routes";

/** Refusals are answers: only what did not reach the server is tried again. */
function makeQueries(): QueryClient {
  return new QueryClient({
    defaultOptions: {
      // Offline is an answer too: a page says so instead of waiting for the network in silence.
      mutations: { networkMode: "always" },
      queries: {
        networkMode: "always",
        retry: (count, error) => (isProblem(error) ? error.code === "offline" && count < 2 : count < 1),
        staleTime: 10_000,
      },
    },
  });
}

export function App() {
  const mode = useMode();
  const { i18n } = useTranslation();
  const language = languageOf(i18n.language);
  const queries = useMemo(makeQueries, []);
  speak(language);
  dayjs.locale(language === "en" ? "en" : "zh-cn");
  useEffect(() => {
    document.documentElement.dataset.mode = mode;
  }, [mode]);
  useEffect(() => whenSignedOut(() => queries.setQueryData(["me"], null)), [queries]);
  return (
    <ConfigProvider
      button={{ autoInsertSpace: false }}
      csp={{ nonce: NONCE }}
      locale={language === "en" ? en : zh}
      theme={themeOf(mode)}
    >
      <AntApp>
        <QueryClientProvider client={queries}>
          <RouterProvider router={router} />
        </QueryClientProvider>
      </AntApp>
    </ConfigProvider>
  );
}
