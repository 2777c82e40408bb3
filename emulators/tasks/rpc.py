"""The gRPC side: which call goes to which method, and which refusal is which status."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeVar

import grpc
from google.cloud import tasks_v2
from google.protobuf.empty_pb2 import Empty

from emulators.tasks.errors import TasksError
from emulators.tasks.servicer import CloudTasks
from shared.kernel.errors import ClearwayError

Request = TypeVar("Request")
Response = TypeVar("Response")

SERVICE = "google.cloud.tasks.v2.CloudTasks"

_STATUS: dict[object, grpc.StatusCode] = {
    TasksError.INVALID: grpc.StatusCode.INVALID_ARGUMENT,
    TasksError.NOT_EMULATED: grpc.StatusCode.UNIMPLEMENTED,
    TasksError.MISSING: grpc.StatusCode.NOT_FOUND,
    TasksError.EXISTS: grpc.StatusCode.ALREADY_EXISTS,
    TasksError.NAME_KEPT: grpc.StatusCode.FAILED_PRECONDITION,
    TasksError.UNSETTLED: grpc.StatusCode.ABORTED,
}


def handler(api: CloudTasks) -> grpc.GenericRpcHandler[Any, Any]:
    """What a gRPC server needs to answer the calls of google-cloud-tasks."""
    queue, task = tasks_v2.Queue, tasks_v2.Task
    calls = {
        "CreateQueue": _call(api.create_queue, tasks_v2.CreateQueueRequest, queue),
        "GetQueue": _call(api.get_queue, tasks_v2.GetQueueRequest, queue),
        "ListQueues": _call(api.list_queues, tasks_v2.ListQueuesRequest, tasks_v2.ListQueuesResponse),
        "UpdateQueue": _call(api.update_queue, tasks_v2.UpdateQueueRequest, queue),
        "DeleteQueue": _call(api.delete_queue, tasks_v2.DeleteQueueRequest, None),
        "PurgeQueue": _call(api.purge_queue, tasks_v2.PurgeQueueRequest, queue),
        "PauseQueue": _call(api.pause_queue, tasks_v2.PauseQueueRequest, queue),
        "ResumeQueue": _call(api.resume_queue, tasks_v2.ResumeQueueRequest, queue),
        "CreateTask": _call(api.create_task, tasks_v2.CreateTaskRequest, task),
        "GetTask": _call(api.get_task, tasks_v2.GetTaskRequest, task),
        "ListTasks": _call(api.list_tasks, tasks_v2.ListTasksRequest, tasks_v2.ListTasksResponse),
        "DeleteTask": _call(api.delete_task, tasks_v2.DeleteTaskRequest, None),
        "RunTask": _call(api.run_task, tasks_v2.RunTaskRequest, task),
    }
    return grpc.method_handlers_generic_handler(SERVICE, calls)


def _call(method: Callable[[Any], Any], request: Any, response: Any) -> grpc.RpcMethodHandler[Any, Any]:
    """`response` None stands for an empty message."""

    def answer(message: Any, context: grpc.ServicerContext) -> Any:
        try:
            return method(message)
        except ClearwayError as error:
            context.abort(_STATUS.get(error.code, grpc.StatusCode.INTERNAL), error.detail)

    serialize = Empty.SerializeToString if response is None else response.serialize
    return grpc.unary_unary_rpc_method_handler(answer, request.deserialize, serialize)
