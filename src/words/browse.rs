//! The words of looking for services: the tree of registries and the lists of a datacenter.

use super::table::word_table;

word_table! {
    /// The words of looking for services.
    BrowseWords, browse:
    no_hits: "No service, tag or node fits", "没有匹配的服务、tag 或节点";
    no_hits_hint: "The filter looks at names of registries, datacenters, services and nodes, and at tags.", "筛选范围是注册中心、数据中心、服务和节点的名称，以及 tag。";
    service_query: "Name, tag, node, metadata or health", "名称、tag、节点、metadata 或健康状态";
    wire_differs: "wire differs", "与实测不符";
}
