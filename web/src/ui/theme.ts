import { type ThemeConfig, theme } from "antd";

export type Mode = "light" | "dark";

/** The palette: ink on paper, stone blue-green for what can be acted on, cinnabar only for what went wrong. */
const SEED = {
  colorPrimary: "#1f6f78",
  colorInfo: "#1f6f78",
  colorSuccess: "#2f7d4f",
  colorWarning: "#b7791f",
  colorError: "#b8322a",
  colorLink: "#1f6f78",
  borderRadius: 6,
  fontSize: 14,
  wireframe: false,
  fontFamily:
    '"Inter", -apple-system, BlinkMacSystemFont, "Segoe UI", "PingFang SC", "Hiragino Sans GB", "Microsoft YaHei", "Noto Sans CJK SC", sans-serif',
};

/** Whoever asks their system for less motion gets none (shortened animations leave the library waiting for their end). */
const isStill = (): boolean => window.matchMedia("(prefers-reduced-motion: reduce)").matches;

export function themeOf(mode: Mode): ThemeConfig {
  const dark = mode === "dark";
  return {
    algorithm: dark ? theme.darkAlgorithm : theme.defaultAlgorithm,
    token: {
      ...SEED,
      motion: !isStill(),
      ...(dark
        ? {
            colorPrimary: "#2a7d87",
            colorLink: "#6fbdc5",
            colorBgLayout: "#15191b",
            colorTextPlaceholder: "#939fa2",
            controlItemBgActive: "#20383b",
            controlItemBgActiveHover: "#284448",
          }
        : {
            colorBgLayout: "#f7f6f3",
            colorTextPlaceholder: "#667174",
            controlItemBgActive: "#e3eeee",
            controlItemBgActiveHover: "#d5e5e5",
          }),
      controlHeight: 34,
    },
    components: {
      Layout: { headerHeight: 52, headerPadding: "0 16px", headerBg: "transparent", siderBg: "transparent" },
      Table: { headerBg: "transparent", cellPaddingBlock: 9 },
      Menu: { itemHeight: 34, activeBarBorderWidth: 0, itemBg: "transparent" },
    },
  };
}
