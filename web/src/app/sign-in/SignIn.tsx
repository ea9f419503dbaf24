import { useQueryClient } from "@tanstack/react-query";
import { Alert, Button, Form, Input } from "antd";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { ask } from "@/client/http";
import { isProblem } from "@/client/problem";
import { changeLanguage, languageOf } from "@/ui/language";

interface Given {
  username: string;
  password: string;
}

export function SignIn() {
  const { t, i18n } = useTranslation();
  const queries = useQueryClient();
  const [refusal, setRefusal] = useState("");
  const [busy, setBusy] = useState(false);
  const other = languageOf(i18n.language) === "en" ? "zh-CN" : "en";

  async function submit(given: Given) {
    setBusy(true);
    setRefusal("");
    try {
      await ask("/auth/login", { method: "POST", body: given });
      await queries.invalidateQueries();
    } catch (error) {
      setRefusal(isProblem(error) && error.code !== "offline" ? error.message : t("offline"));
    } finally {
      setBusy(false);
    }
  }

  return (
    <main className="sign-in">
      <img src="/static/app/mark.svg" alt="" width={44} height={44} />
      <h1>{t("brand")}</h1>
      <Form<Given> layout="vertical" requiredMark={false} onFinish={(given) => void submit(given)}>
        <Form.Item name="username" label={t("signIn.username")} rules={[{ required: true }]}>
          <Input autoComplete="username" autoCapitalize="none" autoFocus size="large" />
        </Form.Item>
        <Form.Item name="password" label={t("signIn.password")} rules={[{ required: true }]}>
          <Input.Password autoComplete="current-password" size="large" />
        </Form.Item>
        {refusal && <Alert type="error" showIcon title={refusal} className="sign-in-refusal" />}
        <Button type="primary" htmlType="submit" size="large" block loading={busy}>
          {t("signIn.button")}
        </Button>
      </Form>
      <Button type="link" onClick={() => changeLanguage(other)}>
        {other === "en" ? "English" : "简体中文"}
      </Button>
    </main>
  );
}
