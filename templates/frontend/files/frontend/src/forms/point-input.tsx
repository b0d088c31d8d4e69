import { useTranslation } from "react-i18next";
import { common, type InputProps } from "./inputs";
import { useNumberText } from "./number-text";
import { asText, isPoint } from "./values";

/** Latitude and longitude in degrees. */
export function PointInput(props: InputProps) {
  const { t } = useTranslation();
  const { onChange, path, value } = props;
  const lat = isPoint(value) ? asText(value.lat) : "";
  const lng = isPoint(value) ? asText(value.lng) : "";
  const attributes = common(props);
  const latText = useNumberText(lat, (text) => {
    onChange({ lat: text, lng });
  });
  const lngText = useNumberText(lng, (text) => {
    onChange({ lat, lng: text });
  });
  return (
    <div className="joined" role="group" aria-labelledby={`${props.id}-label`}>
      <input
        {...attributes}
        type="text"
        inputMode="decimal"
        aria-label={t("form.latitude")}
        placeholder={t("form.latitude")}
        {...latText}
      />
      <input
        {...attributes}
        id={`${props.id}-lng`}
        name={`${path}-lng`}
        ref={null}
        type="text"
        inputMode="decimal"
        aria-label={t("form.longitude")}
        placeholder={t("form.longitude")}
        {...lngText}
      />
    </div>
  );
}
