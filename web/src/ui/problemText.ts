import type { TFunction } from "i18next";

/** What went wrong, in the server's words; of what never reached it, in ours. */
export function problemText(error: unknown, t: TFunction): string {
  const problem = error as { code?: string; message?: string };
  if (problem.code === "offline") return t("offline");
  return problem.message || t("failed", { detail: String(error) });
}
