import { useChangeMe } from "@/client/account";
import { changeLanguage, type Language } from "@/ui/language";

/** Changes the language of this device and of the server, which writes refusals and notifications in that of the person. */
export function useSpeak() {
  const change = useChangeMe();
  function speak(language: Language) {
    changeLanguage(language);
    change.mutate({ locale: language });
  }
  return { speak, error: change.error };
}
