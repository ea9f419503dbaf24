import { Input } from "antd";
import dayjs from "dayjs";

/** A moment as the device lets people choose one. */
export function MomentInput(props: {
  id: string;
  value: string | null;
  onChange: (value: string | null) => void;
}) {
  return (
    <Input
      id={props.id}
      type="datetime-local"
      value={props.value ? dayjs(props.value).format("YYYY-MM-DDTHH:mm") : ""}
      onChange={(event) =>
        props.onChange(event.target.value ? dayjs(event.target.value).toISOString() : null)
      }
    />
  );
}
