namespace Portal.Sandbox.Heat;

/// <content>How a failure rises from a resource to the cluster's stack, in Heat's words.</content>
internal sealed partial class StackEngine
{
    private void Fail(Stack stack, StackResource resource, Failure failure, DateTimeOffset at)
    {
        var path = $"resources.{resource.Name}";
        var message = failure.Message;
        while (true)
        {
            resource.State = "FAILED";
            resource.Due = null;
            resource.Reason = $"{failure.Type}: {path}: {message}";
            Tell(stack, resource, at);
            Abort(stack, resource, "aborted (user triggered cancel)", at);
            stack.State = "FAILED";
            stack.Reason = $"Resource {stack.Action} failed: {resource.Reason}";
            Tell(stack, at);
            if (stack.ParentId is not { } id)
            {
                return;
            }

            // Heat reads the reason of the nested stack back and joins its parts anew.
            message = string.Join(": ", message.Split(':').Select(part => part.Trim()));
            var owner = stack.ParentResource!;
            stack = cloud.Stacks[id];
            resource = stack.Find(owner)!;
            path = (stack.ParentResource is "kube_masters" or "kube_minions" ? $"resources[{resource.Name}]." : $"resources.{resource.Name}.") + path;
        }
    }

    /// <summary>Ends what still runs in a stack whose action has failed.</summary>
    private void Abort(Stack stack, StackResource? but, string words, DateTimeOffset at)
    {
        foreach (var other in stack.Resources.Where(r => r != but && r.State == "IN_PROGRESS"))
        {
            if (other.NestedId is { } id && cloud.Stacks.TryGetValue(id, out var nested) && nested.IsBusy)
            {
                Abort(nested, null, words, at);
                nested.State = "FAILED";
                nested.Reason = $"Stack {nested.Action} {words}";
                Tell(nested, at);
            }

            other.State = "FAILED";
            other.Due = null;
            other.Reason = $"{other.Action} {words}";
            Tell(stack, other, at);
        }
    }

    private void TimeOut(Stack root, DateTimeOffset at)
    {
        TimeOutIn(root, at);
        root.State = "FAILED";
        root.Reason = "Timed out";
        Tell(root, at);
    }

    private void TimeOutIn(Stack stack, DateTimeOffset at)
    {
        foreach (var resource in stack.Resources.Where(r => r.State == "IN_PROGRESS"))
        {
            if (resource.NestedId is { } id && cloud.Stacks.TryGetValue(id, out var nested))
            {
                TimeOutIn(nested, at);
                nested.State = "FAILED";
                nested.Reason = "Timed out";
                Tell(nested, at);
            }

            var kind = resource.Type.StartsWith("file:", StringComparison.Ordinal) || resource.Type.StartsWith("Magnum::", StringComparison.Ordinal)
                ? "TemplateResource" : resource.Type.Split("::")[^1];
            resource.State = "FAILED";
            resource.Due = null;
            resource.Reason = $"{resource.Action} aborted (Task {resource.Action.ToLowerInvariant()} from {kind} \"{resource.Name}\" Stack \"{stack.Name}\" [{stack.Id}] Timed out)";
            Tell(stack, resource, at);
        }
    }
}
