/** Which channels move which morph targets of a head; the counterpart of `voxface.rig.connect`. */
export { connect } from "./connect";
export type { Connection, ExpressionBind, Expressions, Match, RigExtras } from "./connection";
