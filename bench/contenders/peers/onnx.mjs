// Small ONNX models as bytes: what the benchmark's graphs need of the format, by the field numbers of onnx.proto.

const library = 'protobufjs'; // installed beside this file, not in the workspace
const { default: protobuf } = await import(library);

const SCHEMA = `
syntax = "proto3";
message Model { int64 ir_version = 1; string producer_name = 2; Graph graph = 7; repeated OperatorSet opset_import = 8; }
message OperatorSet { string domain = 1; int64 version = 2; }
message Graph { repeated Node node = 1; string name = 2; repeated Values initializer = 5; repeated ValueInfo input = 11; repeated ValueInfo output = 12; }
message Node { repeated string input = 1; repeated string output = 2; string name = 3; string op_type = 4; repeated Attribute attribute = 5; }
message Attribute { string name = 1; float f = 2; int64 i = 3; repeated int64 ints = 8; int32 type = 20; }
message Values { repeated int64 dims = 1; int32 data_type = 2; string name = 8; bytes raw_data = 9; }
message ValueInfo { string name = 1; Type type = 2; }
message Type { TensorType tensor_type = 1; }
message TensorType { int32 elem_type = 1; Shape shape = 2; }
message Shape { repeated Dimension dim = 1; }
message Dimension { int64 dim_value = 1; }
`;
const Model = protobuf.parse(SCHEMA, { keepCase: true }).root.lookupType('Model');

const [FLOAT, INT64] = [1, 7];
const [ATTRIBUTE_INT, ATTRIBUTE_INTS] = [2, 7];

function attribute([name, value]) {
  return Array.isArray(value)
    ? { name, ints: value, type: ATTRIBUTE_INTS }
    : { name, i: value, type: ATTRIBUTE_INT };
}

const valueInfo = (name, shape) => ({
  name,
  type: {
    tensor_type: { elem_type: FLOAT, shape: { dim: shape.map((size) => ({ dim_value: size })) } },
  },
});

const bytesOf = (data) => new Uint8Array(data.buffer, data.byteOffset, data.byteLength);

/** Builds a graph of nodes with one result each, in order. */
export class OnnxGraph {
  #nodes = [];
  #inputs = [];
  #constants = [];

  /** An input of float32, by name. */
  input(name, shape) {
    this.#inputs.push(valueInfo(name, shape));
    return name;
  }

  /** Values that belong to the model: float32, or int64 from a BigInt64Array. */
  constant(data, shape) {
    const name = `c${this.#constants.length}`;
    const data_type = data instanceof BigInt64Array ? INT64 : FLOAT;
    this.#constants.push({ name, dims: shape, data_type, raw_data: bytesOf(data) });
    return name;
  }

  /** Adds a node; returns the name of its result. */
  node(op_type, input, attributes = {}) {
    const name = `n${this.#nodes.length}`;
    const list = Object.entries(attributes).map(attribute);
    this.#nodes.push({ op_type, name, input, output: [name], attribute: list });
    return name;
  }

  /** The model whose output is this result. */
  encode(result, shape) {
    const graph = {
      name: 'graph',
      node: this.#nodes,
      initializer: this.#constants,
      input: this.#inputs,
      output: [valueInfo(result, shape)],
    };
    const model = {
      ir_version: 8,
      producer_name: 'bench',
      graph,
      opset_import: [{ domain: '', version: 17 }],
    };
    return Model.encode(Model.fromObject(model)).finish();
  }
}
