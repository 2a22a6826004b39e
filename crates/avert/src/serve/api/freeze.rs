//! `/v1/freeze`: the switch that stops everything.

use avert_ops::freeze::{self, Freeze};

use super::page::Reason;
use crate::serve::call::Call;
use crate::serve::problem::Problem;
use crate::serve::reply::{Done, Json};
use crate::serve::routes::{Access, Nothing, Routes};

pub(super) fn register(routes: &mut Routes) {
    routes.get(
        ("/v1/freeze", Access::Read),
        "Whether everything is stopped, and by whom",
        show,
    );
    routes.post(
        ("/v1/freeze", Access::Change),
        "Stop everything at once: nothing begins outside until it is thawed",
        on,
    );
    routes.delete(
        ("/v1/freeze", Access::Change),
        "Let things begin again",
        off,
    );
}

fn show(call: &Call<'_>, _: Nothing) -> Result<Json<Option<Freeze>>, Problem> {
    call.read(|store| Ok(Json(freeze::standing(store)?)))
}

fn on(call: &Call<'_>, why: Reason) -> Result<Json<Freeze>, Problem> {
    let reason = why.words()?;
    call.at_desk(|desk| Ok(Json(freeze::freeze(desk, reason)?)))
}

fn off(call: &Call<'_>, why: Reason) -> Result<Done, Problem> {
    let reason = why.words()?;
    call.at_desk(|desk| {
        freeze::thaw(desk, reason)?;
        Ok(Done)
    })
}
