"""The messages of Terraform's plugin protocol 6, as far as a rehearsal speaks it, and the service that carries them.

Source: Terraform documentation, "Terraform Plugin Protocol", version 6; only numbers and types go over the wire.
"""

from typing import Any

from google.protobuf import descriptor_pb2, descriptor_pool, message_factory

PACKAGE = "rehearsal"
SERVICE = "tfplugin6.Provider"
# Message: field=number type; `*` repeats. Maps are repeated entries, enumerations are numbers.
_MESSAGES = """
Empty:
DynamicValue: msgpack=1 bytes, json=2 bytes
Diagnostic: severity=1 int64, summary=2 string, detail=3 string, attribute=4 AttributePath
AttributePath: steps=1 *PathStep
PathStep: attribute_name=1 string, element_key_string=2 string, element_key_int=3 int64
RawState: json=1 bytes
Schema: version=1 int64, block=2 SchemaBlock
SchemaBlock: version=1 int64, attributes=2 *SchemaAttribute, block_types=3 *SchemaNested
SchemaAttribute: name=1 string, type=2 bytes, nested_type=10 SchemaObject, required=4 bool, optional=5 bool, \
computed=6 bool, sensitive=7 bool, write_only=11 bool
SchemaNested: type_name=1 string, block=2 SchemaBlock, nesting=3 int64, min_items=4 int64, max_items=5 int64
SchemaObject: attributes=1 *SchemaAttribute, nesting=3 int64
NamedSchema: key=1 string, value=2 Schema
Capabilities: plan_destroy=1 bool, get_provider_schema_optional=2 bool
SchemaAnswer: provider=1 Schema, resource_schemas=2 *NamedSchema, data_source_schemas=3 *NamedSchema, \
diagnostics=4 *Diagnostic, server_capabilities=6 Capabilities
ValidateAnswer: diagnostics=1 *Diagnostic
ValidateProviderAnswer: diagnostics=2 *Diagnostic
Configure: terraform_version=1 string, config=2 DynamicValue
Upgrade: type_name=1 string, version=2 int64, raw_state=3 RawState
UpgradeAnswer: upgraded_state=1 DynamicValue, diagnostics=2 *Diagnostic
Read: type_name=1 string, current_state=2 DynamicValue, private=3 bytes
ReadAnswer: new_state=1 DynamicValue, diagnostics=2 *Diagnostic, private=3 bytes
Plan: type_name=1 string, prior_state=2 DynamicValue, proposed_new_state=3 DynamicValue, config=4 DynamicValue, \
prior_private=5 bytes
PlanAnswer: planned_state=1 DynamicValue, requires_replace=2 *AttributePath, planned_private=3 bytes, \
diagnostics=4 *Diagnostic
Apply: type_name=1 string, prior_state=2 DynamicValue, planned_state=3 DynamicValue, config=4 DynamicValue, \
planned_private=5 bytes
ApplyAnswer: new_state=1 DynamicValue, private=2 bytes, diagnostics=3 *Diagnostic
ReadData: type_name=1 string, config=2 DynamicValue
ReadDataAnswer: state=1 DynamicValue, diagnostics=2 *Diagnostic
"""
# Call → its request and its answer.
CALLS = {
    "GetProviderSchema": ("Empty", "SchemaAnswer"),
    "ValidateProviderConfig": ("Empty", "ValidateProviderAnswer"),
    "ValidateResourceConfig": ("Empty", "ValidateAnswer"),
    "ValidateDataResourceConfig": ("Empty", "ValidateAnswer"),
    "UpgradeResourceState": ("Upgrade", "UpgradeAnswer"),
    "ConfigureProvider": ("Configure", "ValidateAnswer"),
    "ReadResource": ("Read", "ReadAnswer"),
    "PlanResourceChange": ("Plan", "PlanAnswer"),
    "ApplyResourceChange": ("Apply", "ApplyAnswer"),
    "ReadDataSource": ("ReadData", "ReadDataAnswer"),
    "StopProvider": ("Empty", "Empty"),
}
_TYPES = {"string": 9, "bytes": 12, "bool": 8, "int64": 3}


def _made() -> dict[str, Any]:
    """Name → message. With proto2 a field knows whether it was set; on the wire it is the same."""
    file = descriptor_pb2.FileDescriptorProto(
        name="rehearsal.proto", package=PACKAGE, syntax="proto2"
    )
    for line in _MESSAGES.strip().splitlines():
        name, _, fields = line.partition(":")
        message = file.message_type.add(name=name)
        for field in filter(None, map(str.strip, fields.split(","))):
            left, _, kind = field.partition(" ")
            field_name, _, number = left.partition("=")
            repeats, kind = kind.startswith("*"), kind.lstrip("*")
            one = message.field.add(name=field_name, number=int(number), label=3 if repeats else 1)
            if kind in _TYPES:
                one.type = _TYPES[kind]
            else:
                one.type, one.type_name = 11, f".{PACKAGE}.{kind}"
    pool = descriptor_pool.DescriptorPool()
    pool.Add(file)
    return {
        message.name: message_factory.GetMessageClass(
            pool.FindMessageTypeByName(f"{PACKAGE}.{message.name}")
        )
        for message in file.message_type
    }


MESSAGES = _made()
