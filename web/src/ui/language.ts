import i18next from "i18next";
import { initReactI18next } from "react-i18next";
import en from "@/locales/en.json";
import zh from "@/locales/zh-CN.json";

export const LANGUAGES = ["zh-CN", "en"] as const;
export type Language = (typeof LANGUAGES)[number];

const KEY = "dougong.language";

/** What was chosen on this device, else what the browser asks for, else Chinese. */
export function firstLanguage(): Language {
  const kept = localStorage.getItem(KEY);
  if (kept === "en" || kept === "zh-CN") return kept;
  return navigator.language.toLowerCase().startsWith("en") ? "en" : "zh-CN";
}

export function startLanguage(language: Language): void {
  void i18next.use(initReactI18next).init({
    lng: language,
    fallbackLng: "zh-CN",
    resources: { "zh-CN": { translation: zh }, en: { translation: en } },
    interpolation: { escapeValue: false },
    returnNull: false,
  });
  document.documentElement.lang = language;
}

export function changeLanguage(language: Language): void {
  localStorage.setItem(KEY, language);
  document.documentElement.lang = language;
  void i18next.changeLanguage(language);
}

/** The language of the page as the type knows it. */
export const languageOf = (tag: string): Language => (tag.startsWith("en") ? "en" : "zh-CN");

/** A language by its own name. */
export const languageName = (tag: string): string =>
  tag === "en" ? "English" : tag === "zh-CN" ? "中文" : tag;
