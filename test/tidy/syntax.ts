// Questions about syntax that several rules ask.
import {
  isBindingElement,
  isCallExpression,
  isExportSpecifier,
  isGetAccessorDeclaration,
  isIdentifier,
  isImportSpecifier,
  isJsxAttribute,
  isLabeledStatement,
  isMethodDeclaration,
  isMethodSignatureDeclaration,
  isNamedTupleMember,
  isNewExpression,
  isPropertyAccessExpression,
  isPropertyAssignment,
  isPropertyDeclaration,
  isPropertySignatureDeclaration,
  isQualifiedName,
  isSetAccessorDeclaration,
  type Node,
} from "typescript/unstable/ast";

/** Visits a node and everything inside it, in order. */
export function walk(node: Node, visit: (node: Node) => void): void {
  visit(node);
  node.forEachChild((child) => {
    walk(child, visit);
  });
}

/** Whether an identifier only names a member of something, and so refers to nothing by itself. */
function isMemberName(node: Node): boolean {
  const { parent } = node;
  if (isPropertyAccessExpression(parent) || isNamedMember(parent)) return parent.name === node;
  if (isQualifiedName(parent)) return parent.right === node;
  if (isBindingElement(parent) || isImportSpecifier(parent)) return parent.propertyName === node;
  if (isExportSpecifier(parent)) return parent.propertyName !== undefined && parent.name === node;
  return isLabeledStatement(parent) || isJsxAttribute(parent) || isNamedTupleMember(parent);
}

function isNamedMember(node: Node): node is Node & { readonly name: Node } {
  return (
    isPropertyAssignment(node) ||
    isPropertyDeclaration(node) ||
    isPropertySignatureDeclaration(node) ||
    isMethodDeclaration(node) ||
    isMethodSignatureDeclaration(node) ||
    isGetAccessorDeclaration(node) ||
    isSetAccessorDeclaration(node)
  );
}

/** Whether a node is the name of a variable, function or type, declared or used: one of `names`. */
export function refersTo(node: Node, names: readonly string[]): boolean {
  return isIdentifier(node) && names.includes(node.text) && !isMemberName(node);
}

/** Whether a node is `object.name`, for one of `objects` and one of `names`. */
export function isMemberOf(node: Node, objects: readonly string[], names: readonly string[]): boolean {
  return (
    isPropertyAccessExpression(node) &&
    isIdentifier(node.expression) &&
    objects.includes(node.expression.text) &&
    names.includes(node.name.text)
  );
}

/** Whether a node names one of `names`, as a variable or as a member of anything. */
export function mentions(node: Node, names: readonly string[]): boolean {
  return isIdentifier(node) && names.includes(node.text);
}

/** Whether a node calls, or news, the plain name `name`. */
export function calls(node: Node, name: string): boolean {
  if (!isCallExpression(node) && !isNewExpression(node)) return false;
  return isIdentifier(node.expression) && node.expression.text === name;
}
