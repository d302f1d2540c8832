import { Icon } from "@/components/icon";
import { forgetAccessToken, useAccessToken } from "./access";

interface PageHeadProps {
  onSignIn: () => void;
  onAdd: () => void;
}

/** The page's title, and what may be done beside looking. */
export function PageHead({ onSignIn, onAdd }: PageHeadProps) {
  const signedIn = useAccessToken() !== null;
  return (
    <header className="page-head">
      <div>
        <h1>Inventory</h1>
        <p className="lead">Every car on the lot, as it is right now.</p>
      </div>
      <div className="page-actions">
        <button type="button" className="button" onClick={signedIn ? forgetAccessToken : onSignIn}>
          <Icon name="key" />
          {signedIn ? "Sign out" : "Staff access"}
        </button>
        {signedIn && (
          <button type="button" className="button button-primary" onClick={onAdd}>
            <Icon name="add" />
            Add a car
          </button>
        )}
      </div>
    </header>
  );
}
