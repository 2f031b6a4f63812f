using System.Net;
using System.Text;
using Portal.Core.Backends;

namespace Portal.Tests.Backends;

public sealed class BackendErrorsTests
{
    [Theory]
    [InlineData(404, """{"errors":[{"request_id":"","code":"client","status":404,"title":"Cluster x could not be found","detail":"Cluster x could not be found.","links":[]}]}""", BackendFailure.NotFound, "Cluster x could not be found.")]
    [InlineData(401, """{"error":{"code":401,"message":"The request you have made requires authentication.","title":"Unauthorized"}}""", BackendFailure.SignInAgain, "The request you have made requires authentication.")]
    [InlineData(403, """{"errors":[{"title":"Resource limit exceeded: You have","detail":"Resource limit exceeded: You have reached the maximum clusters per project, 1."}]}""", BackendFailure.QuotaExceeded, "Resource limit exceeded: You have reached the maximum clusters per project, 1.")]
    [InlineData(403, """{"code":403,"title":"Forbidden","explanation":"Access was denied to this resource.","error":{"type":"Forbidden","message":"You are not authorized to use index.","traceback":null}}""", BackendFailure.Forbidden, "You are not authorized to use index.")]
    [InlineData(409, """{"NeutronError":{"type":"OverQuota","message":"Quota exceeded for resources: ['floatingip'].","detail":""}}""", BackendFailure.QuotaExceeded, "Quota exceeded for resources: ['floatingip'].")]
    [InlineData(400, """{"badRequest":{"code":400,"message":"Invalid flavor"}}""", BackendFailure.Invalid, "Invalid flavor")]
    [InlineData(413, """{"overLimit":{"code":413,"message":"VolumeSizeExceedsAvailableQuota: Requested volume exceeds allowed quota"}}""", BackendFailure.QuotaExceeded, "VolumeSizeExceedsAvailableQuota: Requested volume exceeds allowed quota")]
    [InlineData(409, """{"errors":[{"code":"CONFLICT","message":"project team-a already exists"}]}""", BackendFailure.Conflict, "project team-a already exists")]
    [InlineData(500, "<html><head><title>500 Internal Server Error</title></head></html>", BackendFailure.Broken, "500 Internal Server Error")]
    [InlineData(502, "", BackendFailure.Broken, null)]
    [InlineData(404, """{"errors":[{"title":"","detail":""}]}""", BackendFailure.NotFound, null)]
    [InlineData(406, "", BackendFailure.Unexpected, null)]
    [InlineData(504, "upstream timed out", BackendFailure.Timeout, "upstream timed out")]
    [InlineData(400, "[]", BackendFailure.Invalid, null)]
    public void Answer_OfAnyShape_GivesKindAndSentence(int status, string body, BackendFailure failure, string? answer)
    {
        var call = new BackendCall { Backend = "magnum", Operation = "find cluster", Path = "x" };

        var e = BackendErrors.Make(call, (HttpStatusCode)status, Encoding.UTF8.GetBytes(body), "req-1", null);

        Assert.Equal((failure, answer, "req-1"), (e.Failure, e.Answer, e.RequestId));
    }

    [Fact]
    public void Answer_VeryLong_IsCutTo500()
    {
        var (answer, _) = BackendErrors.Read(Encoding.UTF8.GetBytes("{\"error\":{\"message\":\"" + new string('x', 3000) + "\"}}"));

        Assert.Equal(500, answer!.Length);
    }
}
