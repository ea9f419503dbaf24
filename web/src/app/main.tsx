import { StrictMode } from "react";
import { createRoot } from "react-dom/client";
import { firstLanguage, startLanguage } from "@/ui/language";
import { markStyles } from "@/ui/nonce";
import "@/ui/site.css";
import { App } from "./App";

markStyles();
startLanguage(firstLanguage());

const root = document.getElementById("root");
if (root) {
  createRoot(root).render(
    <StrictMode>
      <App />
    </StrictMode>,
  );
}
