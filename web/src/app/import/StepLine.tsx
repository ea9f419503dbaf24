import { useTranslation } from "react-i18next";
import { STEPS, type Step } from "./steps";

/** Where one is on the way from a file to records. */
export function StepLine(props: { step: Step }) {
  const { t } = useTranslation();
  const here = STEPS.indexOf(props.step);
  return (
    <ol className="steps" aria-label={t("import.steps")}>
      {STEPS.map((step, index) => (
        <li
          key={step}
          data-state={index < here ? "done" : undefined}
          aria-current={index === here ? "step" : undefined}
        >
          <b aria-hidden>{index + 1}</b>
          <span>{t(`import.step.${step}`)}</span>
        </li>
      ))}
    </ol>
  );
}
