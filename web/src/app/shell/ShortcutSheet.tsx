import { Modal } from "antd";
import { useTranslation } from "react-i18next";
import { useAllShortcuts } from "@/ui/shortcuts";
import "./keys.css";

/** The keys that do something on this page. */
export function ShortcutSheet(props: { onClose: () => void }) {
  const { t } = useTranslation();
  const groups = useAllShortcuts();
  return (
    <Modal open width={520} footer={null} title={t("keys.title")} onCancel={props.onClose}>
      {groups.map((group) => (
        <section key={group.title} className="key-group">
          <h3>{group.title}</h3>
          <dl>
            {group.shortcuts.map((each) => (
              <div key={each.keys.join()}>
                <dt>{each.label}</dt>
                <dd>
                  {each.keys.map((key) => (
                    <kbd key={key}>{key}</kbd>
                  ))}
                </dd>
              </div>
            ))}
          </dl>
        </section>
      ))}
    </Modal>
  );
}
